#include "daemon/store/lmdb_store.hpp"

#include <algorithm>
#include <stdexcept>

#include "common/secret.hpp"
#include "daemon/crypto/sodium.hpp"

namespace umbra {
namespace {

constexpr std::string_view kMarkKey = "journal";
// Changes in one of a checkpoint's transactions.
#ifdef UMBRA_CHECKPOINT_CHANGES
constexpr std::size_t kMostInOne = UMBRA_CHECKPOINT_CHANGES;
#else
constexpr std::size_t kMostInOne = 256;
#endif
using Mode = lmdb::Transaction::Mode;

}  // namespace

std::string decoy_name(std::string_view unknown_user) {
  unsigned sum = 0;
  for (const char c : unknown_user) sum = sum * 31 + static_cast<unsigned char>(c);
  return std::string(1, '\0') + "decoy" + std::to_string(sum % kDecoys);
}

// Where LMDB says that it has everything, or knows of no journal, a new one may be made. Else its last changes were
// acknowledged, and a start without them would take used codes again.
LmdbStore::LmdbStore(const StateDirectory& directory) : env_(directory.path(), kMapSize, 4) {
  lmdb::Transaction txn(env_, Mode::write);
  users_[0].emplace(txn, "users");
  users_[1].emplace(txn, "users-b");
  meta_.emplace(txn, "meta");
  users_[1 - active_in(txn)]->clear(txn);  // what a restore left that did not come to its end
  read_epoch(txn);
  if (const auto mark = meta_->get(txn, kMarkKey))
    mark_ = JournalMark::decode(*mark);
  else
    sodium::random(mark_.id.bytes);
  lineage_ = mark_.id;
  const std::string path = directory.path() + "/journal";
  if (!Journal::belongs(path, mark_.id)) {
    if (!mark_.closed)
      throw std::runtime_error("the journal " + path +
                               " is missing or another database's, and the last changes are in it: put it back, or "
                               "restore a backup; nothing was changed");
    Journal::create(path, mark_.id);
    directory.sync();
  }
  journal_.emplace(path, mark_.id, mark_.applied,
                   [&](const std::string& user, std::string_view token) { put(txn, user, token); });
  mark_.applied = journal_->last();
  mark_.closed = false;
  put_mark(txn, mark_);
  txn.commit();
  directory.sync();
}

LmdbStore::~LmdbStore() {
  try {
    if (!checkpoint()) return;
    lmdb::Transaction txn(env_, Mode::write);
    mark_.closed = true;
    put_mark(txn, mark_);
    txn.commit();
  } catch (const std::exception&) {
    return;  // the next start finds all of it in the journal
  }
}

void LmdbStore::put(const lmdb::Transaction& txn, const std::string& user, std::string_view token) {
  const lmdb::Database& users = users_in(txn);
  token.empty() ? users.erase(txn, user) : users.put(txn, user, token);
}

void LmdbStore::put_mark(const lmdb::Transaction& txn, const JournalMark& mark) const {
  meta_->put(txn, kMarkKey, mark.encode());
}

bool LmdbStore::empty() {
  if (const auto done = checkpoint(); !done) throw std::runtime_error(done.error());
  const lmdb::Transaction txn(env_, Mode::read);
  lmdb::Cursor cursor(txn, users_in(txn));
  auto entry = cursor.at_or_after({});
  while (entry && is_decoy(entry->key)) entry = cursor.next();
  return !entry;
}

// Freezing and forgetting keep this order: what is not in the overlay is in LMDB, for a transaction that begins now.
std::optional<std::string> LmdbStore::token_of(const std::string& user) {
  if (auto token = overlay_.find(user)) return token->empty() ? std::nullopt : token;
  const lmdb::Transaction txn(env_, Mode::read);
  const auto stored = users_in(txn).get(txn, user);
  return stored ? std::optional(std::string(*stored)) : std::nullopt;
}

tl::expected<std::optional<Record>, StoreError> LmdbStore::open(std::string_view token, std::string_view user) {
  SecretBytes<kMaxRecordSize> plain;
  const auto room = plain.resize(std::min(kMaxRecordSize, token.size()));  // no more has to be wiped
  const auto size = ring_->open(token, std::nullopt, clock_->wall(), room);
  if (!size)
    return tl::unexpected(StoreError("a record does not open with the key ring: it was changed, or its key is gone"));
  auto record = decode_record(room.first(*size));
  // The name is inside the seal as well: a record moved under another user's name is refused.
  if (!record || record->user != user)
    return tl::unexpected(StoreError("a record is damaged or belongs to another user: restore it from a backup"));
  catch_up(*record, epoch());
  return record;
}

std::string LmdbStore::seal(const std::string& user, const Record& record) {
  SecretBytes<kMaxRecordSize> plain;
  const auto room = plain.resize(kMaxRecordSize);
  const std::size_t size = encode_record(record, room);
  if (size == 0 || record.user != user) throw std::logic_error("a record breaks its own limits");
  return ring_->seal(room.first(size), clock_->wall());
}

tl::expected<std::optional<Record>, StoreError> LmdbStore::read(const std::string& user) try {
  const auto token = token_of(user);
  if (!token) return std::nullopt;
  return open(*token, user);
} catch (const lmdb::Error& error) {
  return tl::unexpected(StoreError(error.what()));
}

void LmdbStore::run(Tokens& staged, Change& change) {
  change.error.reset();
  std::optional<std::string> token;
  if (const auto earlier = staged.find(change.user); earlier == staged.end())
    token = token_of(change.user);
  else if (!earlier->second.empty())
    token = earlier->second;
  std::optional<Record> record;
  if (token) {
    auto opened = open(*token, change.user);
    if (opened) {
      record = std::move(*opened);
    } else if (change.damaged_too) {
      record.emplace().user = change.user;
    } else {
      change.error = opened.error();
      return;
    }
  }
  if (!change.mutate(record)) return;
  if (record) {
    record->epoch = epoch().generation;
    staged.insert_or_assign(change.user, seal(change.user, *record));
  } else if (token)
    staged.insert_or_assign(change.user, std::string());
}

tl::expected<bool, StoreError> LmdbStore::append(std::span<Change> batch) {
  const std::lock_guard lock(append_);
  Tokens staged;
  for (Change& change : batch) run(staged, change);
  if (staged.empty()) return true;
  if (!journal_->fits(staged)) return false;
  if (auto written = journal_->append(staged); !written) return tl::unexpected(written.error());
  if (changed_ != nullptr)
    for (const auto& [user, token] : staged) changed_->insert(user);
  overlay_.add(std::move(staged));
  if (journal_->half_full() && on_half_full_ && !std::exchange(asked_, true)) on_half_full_();
  return true;
}

// To make room means to wait without append_: the batch is then run once more. A checkpoint that failed may yet have
// turned to an empty segment.
tl::expected<void, StoreError> LmdbStore::apply(std::span<Change> batch) try {
  auto done = append(batch);
  if (done && *done) return {};
  if (!done) return tl::unexpected(done.error());
  const auto made_room = checkpoint();
  done = append(batch);
  if (done && *done) return {};
  if (!done) return tl::unexpected(done.error());
  return tl::unexpected(made_room ? StoreError("a batch is larger than the journal") : made_room.error());
} catch (const std::exception& error) {
  return tl::unexpected(StoreError(error.what()));
}

tl::expected<bool, StoreError> LmdbStore::freeze() {
  if (!overlay_.frozen().empty()) return true;  // the last checkpoint failed
  const std::lock_guard lock(append_);
  if (!overlay_.active()) return false;
  if (auto turned = journal_->turn(); !turned) return tl::unexpected(turned.error());
  overlay_.freeze();
  frozen_last_ = journal_->last();
  asked_ = false;
  return true;
}

// In several transactions, since LMDB keeps the memory of its largest one for good. Until the last the mark says that
// nothing of it is there: a start would write it once more.
void LmdbStore::write_frozen() {
  for (auto next = overlay_.frozen().begin(), end = overlay_.frozen().end(); next != end;) {
    lmdb::Transaction txn(env_, Mode::write);
    for (std::size_t i = 0; i < kMostInOne && next != end; ++i, ++next) put(txn, next->first, next->second);
    if (next == end) {
      mark_.applied = frozen_last_;
      put_mark(txn, mark_);
    }
    txn.commit();
  }
}

tl::expected<void, StoreError> LmdbStore::checkpoint() {
  const std::lock_guard lock(checkpoint_);
  return bring_over();
}

// What comes while it writes is the next one's: else logins without a pause would keep it from ever returning.
tl::expected<void, StoreError> LmdbStore::bring_over() try {
  for (bool left_over = true; left_over;) {
    left_over = !overlay_.frozen().empty();
    const auto frozen = freeze();
    if (!frozen) return tl::unexpected(frozen.error());
    if (!*frozen) return {};
    write_frozen();
    overlay_.forget_frozen();
    mark_epoch();
  }
  return {};
} catch (const std::exception& error) {
  return tl::unexpected(StoreError(error.what()));
}

// In name order, which LMDB alone keeps.
tl::expected<void, StoreError> LmdbStore::walk(const std::string& after,
                                               const std::function<bool(std::string_view, const Record*)>& each) try {
  if (auto done = checkpoint(); !done) return done;
  const lmdb::Transaction txn(env_, Mode::read);
  lmdb::Cursor cursor(txn, users_in(txn));
  for (auto entry = cursor.at_or_after(after); entry; entry = cursor.next()) {
    if (entry->key == after || is_decoy(entry->key)) continue;
    const std::string user(entry->key);
    const auto record = open(entry->value, user);
    if (!each(user, record && *record ? &**record : nullptr)) break;
  }
  return {};
} catch (const std::exception& error) {
  return tl::unexpected(StoreError(error.what()));
}

}  // namespace umbra
