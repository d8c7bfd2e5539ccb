#include "daemon/store/restoration.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "common/secret.hpp"

namespace umbra {
namespace {

using Mode = lmdb::Transaction::Mode;
using wire::Obstacle;

Epoch behind_both(const Epoch& present, const Epoch& origin) {
  Epoch next = present;
  next.generation = std::max(present.generation, origin.generation) + 1;
  return next;
}

std::string first_key(const KeyRing& ring) { return ring.keys().front().id; }

}  // namespace

// From here on changes beside it are noted; what was changed before is seen in the present records.
Restoration::Restoration(LmdbStore& store, const Epoch& origin, bool keep_backup_codes)
    : store_(store),
      origin_(origin),
      next_(behind_both(store.epoch(), origin)),
      keep_backup_codes_(keep_backup_codes),
      key_(first_key(*store.ring_)) {
  lmdb::Transaction txn(store_.env_, Mode::write);
  spare_ = 1 - store_.active_in(txn);
  store_.users_[spare_]->clear(txn);
  store_.create_decoys(txn, *store_.users_[spare_]);
  txn.commit();
  const std::lock_guard lock(store_.append_);
  store_.changed_ = &changed_;
}

Restoration::~Restoration() { let_go(); }

// What cannot be dropped now is dropped by the next start.
void Restoration::let_go() {
  if (std::exchange(over_, true)) return;
  {
    const std::lock_guard lock(store_.append_);
    store_.changed_ = nullptr;
  }
  try {
    lmdb::Transaction txn(store_.env_, Mode::write);
    store_.users_[1 - store_.active_in(txn)]->clear(txn);
    txn.commit();
  } catch (const std::exception&) {
    return;
  }
}

// The name is the one inside the seal: nobody can put one user's record under another's name.
Obstacle Restoration::add(std::string_view token) {
  SecretBytes<kMaxRecordSize> plain;
  const auto room = plain.resize(kMaxRecordSize);
  const auto size = store_.ring_->open(token, std::nullopt, store_.clock_->wall(), room);
  if (!size) return Obstacle::record;
  auto record = decode_record(room.first(*size));
  if (!record || record->user.empty() || is_decoy(record->user)) return Obstacle::record;
  if (record->user <= last_) return Obstacle::order;
  last_ = record->user;
  catch_up(*record, origin_);
  waiting_.push_back(std::move(*record));
  ++outcome_.users;
  if (waiting_.size() >= kBatch) flush();
  return Obstacle::none;
}

// It counts as a record of the generation before, so that whoever reads it burns what the floor says.
std::string Restoration::sealed(Record& copy) {
  const auto present = store_.read(copy.user);
  const Record* const known = present && *present ? &**present : nullptr;
  if (merge_back(copy, known, keep_backup_codes_, store_.clock_->wall())) ++outcome_.codes_dead;
  copy.epoch = next_.generation - 1;
  return store_.seal(copy.user, copy);
}

void Restoration::write(const lmdb::Transaction& txn, const Merged& merged) const {
  for (const auto& [user, token] : merged) store_.users_[spare_]->put(txn, user, token);
}

void Restoration::flush() {
  Merged merged;
  for (Record& record : waiting_) {
    std::string token = sealed(record);
    merged.emplace_back(record.user, std::move(token));
  }
  lmdb::Transaction txn(store_.env_, Mode::write);
  write(txn, merged);
  txn.commit();
  waiting_.clear();
  catch_up_with_changes();
}

std::unordered_set<std::string> Restoration::take_changed() {
  const std::lock_guard lock(store_.append_);
  return std::exchange(changed_, {});
}

// Who is not put aside yet is seen as he is then.
Restoration::Merged Restoration::merge(const std::unordered_set<std::string>& users) {
  Merged merged;
  const lmdb::Transaction txn(store_.env_, Mode::read);
  for (const std::string& user : users) {
    const auto token = is_decoy(user) ? std::nullopt : store_.users_[spare_]->get(txn, user);
    if (!token) continue;
    auto copy = store_.open(*token, user);
    if (!copy || !*copy) throw std::runtime_error("a record that was put aside does not open: look at the disk");
    std::string fresh = sealed(**copy);
    merged.emplace_back(user, std::move(fresh));
  }
  return merged;
}

void Restoration::catch_up_with_changes() {
  const auto users = take_changed();
  if (users.empty()) return;
  const Merged merged = merge(users);
  lmdb::Transaction txn(store_.env_, Mode::write);
  write(txn, merged);
  txn.commit();
}

// Both in name order.
std::uint64_t Restoration::count_gone() {
  if (const auto done = store_.checkpoint(); !done) throw std::runtime_error(done.error());
  const lmdb::Transaction txn(store_.env_, Mode::read);
  lmdb::Cursor present(txn, store_.users_in(txn)), aside(txn, *store_.users_[spare_]);
  std::uint64_t gone = 0;
  auto other = aside.at_or_after({});
  for (auto entry = present.at_or_after({}); entry; entry = present.next()) {
    while (other && other->key < entry->key) other = aside.next();
    if (!is_decoy(entry->key) && (!other || other->key != entry->key)) ++gone;
  }
  return gone;
}

tl::expected<Restoration::Outcome, Obstacle> Restoration::commit(unsigned window) {
  flush();
  outcome_.gone = count_gone();
  // Under the writer only a few may be left: logins wait for that.
  for (int round = 0; round < 10; ++round) {
    catch_up_with_changes();
    const std::lock_guard lock(store_.append_);
    if (changed_.size() <= kLastFew) break;
  }
  if (const auto swapped = swap(window); !swapped) return tl::unexpected(swapped.error());
  let_go();
  return outcome_;
}

// Nothing is written beside it: what the journal and the overlay have is older than what comes, and LMDB says so in the
// same transaction. The new epoch holds before the new records can be seen.
tl::expected<void, Obstacle> Restoration::swap(unsigned window) {
  const std::lock_guard checkpoint(store_.checkpoint_);
  const std::lock_guard append(store_.append_);
  if (first_key(*store_.ring_) != key_) return tl::unexpected(Obstacle::ring_changed);
  const Merged merged = merge(changed_);
  const Epoch before = store_.epoch();
  Epoch next = next_;
  next.floor = std::max(before.floor, store_.clock_->wall());
  next.window = static_cast<std::uint8_t>(window);
  JournalMark mark = store_.mark_;
  mark.applied = store_.journal_->last();
  store_.set_epoch(next);
  try {
    lmdb::Transaction txn(store_.env_, Mode::write);
    write(txn, merged);
    store_.make_active(txn, spare_);
    store_.write_epoch(txn, next);
    store_.put_mark(txn, mark);
    txn.commit();
  } catch (...) {
    store_.set_epoch(before);
    throw;
  }
  store_.mark_ = mark;
  store_.overlay_.clear();
  store_.changed_ = nullptr;
  store_.mark_epoch();
  return {};
}

}  // namespace umbra
