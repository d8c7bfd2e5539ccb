// What the store does for backup, restore and db check but the restoration itself: the epoch, snapshots, soundness.
#include <algorithm>

#include "common/secret.hpp"
#include "daemon/store/snapshot.hpp"

namespace umbra {
namespace {

constexpr std::string_view kDatabases[] = {"users", "users-b"};
constexpr std::string_view kActiveKey = "users", kEpochKey = "epoch";
using Mode = lmdb::Transaction::Mode;

constexpr auto epoch_fields = [](auto& c, auto& m) {
  c.field(m.generation);
  c.field(m.floor);
  c.field(m.window);
  c.field(m.codes_from);
};

// What is wrong with a token under that name; nothing where it is that user's record.
std::optional<wire::Damage> damage_of(const KeyRing& ring, std::int64_t now, const lmdb::Entry& entry) {
  SecretBytes<kMaxRecordSize> plain;
  const auto room = plain.resize(kMaxRecordSize);
  const auto size = ring.open(entry.value, std::nullopt, now, room);
  if (!size) return wire::Damage::unsealed;
  const auto record = decode_record(room.first(*size));
  if (!record) return wire::Damage::malformed;
  return record->user == entry.key ? std::nullopt : std::optional(wire::Damage::foreign);
}

}  // namespace

unsigned LmdbStore::active_in(const lmdb::Transaction& txn) const {
  return meta_->get(txn, kActiveKey).value_or(kDatabases[0]) == kDatabases[1] ? 1 : 0;
}

void LmdbStore::make_active(const lmdb::Transaction& txn, unsigned database) const {
  meta_->put(txn, kActiveKey, kDatabases[database]);
}

void LmdbStore::read_epoch(const lmdb::Transaction& txn) {
  const auto stored = meta_->get(txn, kEpochKey);
  if (!stored) return;  // a database of before there were any
  Epoch epoch;
  Reader r(Bytes(reinterpret_cast<const std::uint8_t*>(stored->data()), stored->size()));
  epoch_fields(r, epoch);
  if (!r.ok() || !r.at_end()) throw std::runtime_error("the database's epoch is damaged: restore a backup");
  epoch_ = epoch;
}

void LmdbStore::write_epoch(const lmdb::Transaction& txn, const Epoch& epoch) const {
  std::uint8_t room[64];
  Writer w(room);
  epoch_fields(w, epoch);
  meta_->put(txn, kEpochKey, {reinterpret_cast<const char*>(room), w.size()});
}

Epoch LmdbStore::epoch() const {
  const std::lock_guard lock(epoch_mutex_);
  return epoch_;
}

void LmdbStore::set_epoch(const Epoch& epoch) {
  const std::lock_guard lock(epoch_mutex_);
  epoch_ = epoch;
}

// Behind the commit, so that the file is never ahead of what a start finds. Where the disk does not take it the mark
// lags, and is written with the next checkpoint.
void LmdbStore::mark_epoch() {
  if (epoch_file_) static_cast<void>(epoch_file_->write({lineage_, epoch().generation, mark_.applied}));
}

void LmdbStore::raise_epoch(unsigned window, std::uint64_t above) {
  Epoch next = epoch();
  next.generation = std::max(next.generation, above) + 1;
  next.floor = std::max(next.floor, clock_->wall());
  next.window = static_cast<std::uint8_t>(window);
  next.codes_from = next.generation;
  lmdb::Transaction txn(env_, Mode::write);
  write_epoch(txn, next);
  txn.commit();
  set_epoch(next);
}

// A file that is missing is that of a database of before there were any, or was taken away: it is made quietly.
tl::expected<std::optional<std::string>, StoreError> LmdbStore::guard(const StateDirectory& directory,
                                                                      unsigned window) try {
  using Found = EpochFile::Found;
  const std::lock_guard lock(checkpoint_);
  EpochFile::Mark known;
  const Found found = EpochFile::read(directory, known);
  const std::uint64_t generation = epoch().generation;
  const bool behind = known.generation > generation || (known.generation == generation && known.batch > mark_.applied);
  const bool another = !std::ranges::equal(known.lineage.bytes, lineage_.bytes);
  const bool older = found == Found::damaged || (found == Found::whole && (another || behind));
  if (older) raise_epoch(window, found == Found::whole ? known.generation : 0);
  epoch_file_.emplace(directory, EpochFile::Mark{lineage_, epoch().generation, mark_.applied}, found);
  if (!older) return std::nullopt;
  return "the database in " + directory.path() + (another || found == Found::damaged ? " is another" : " is an older") +
         " one than umbra-totpd left there: codes up to now and all backup codes in it are used up; have users make "
         "fresh ones (umbra-totp backup-codes), and restore copies with umbra-totp restore instead";
} catch (const std::exception& error) {
  return tl::unexpected(StoreError(error.what()));
}

tl::expected<void, StoreError> LmdbStore::inspect(const std::string& after, const Inspection& each) try {
  if (auto done = checkpoint(); !done) return done;
  const lmdb::Transaction txn(env_, Mode::read);
  lmdb::Cursor cursor(txn, users_in(txn));
  for (auto entry = cursor.at_or_after(after); entry; entry = cursor.next()) {
    if (!after.empty() && entry->key == after) continue;
    if (!each(entry->key, damage_of(*ring_, clock_->wall(), *entry))) break;
  }
  return {};
} catch (const std::exception& error) {
  return tl::unexpected(StoreError(error.what()));
}

Snapshot::Snapshot(LmdbStore& store)
    : store_(store),
      txn_([&] {
        const std::lock_guard lock(store.checkpoint_);  // the next checkpoint may be of several transactions
        if (const auto done = store.bring_over(); !done) throw std::runtime_error(done.error());
        return lmdb::Transaction(store.env_, Mode::read);
      }()),
      records_(store.users_in(txn_)) {
  lmdb::Cursor cursor(txn_, records_);
  std::size_t decoys = 0;
  for (auto entry = cursor.at_or_after({}); entry && is_decoy(entry->key); entry = cursor.next()) ++decoys;
  users_ = records_.entries(txn_) - decoys;
}

void Snapshot::walk(const std::string& after, const Each& each) const {
  lmdb::Cursor cursor(txn_, records_);
  for (auto entry = cursor.at_or_after(after); entry; entry = cursor.next()) {
    if (entry->key == after || is_decoy(entry->key)) continue;
    const bool sound = !damage_of(*store_.ring_, store_.clock_->wall(), *entry);
    if (!each(entry->key, sound ? std::optional(entry->value) : std::nullopt)) return;
  }
}

}  // namespace umbra
