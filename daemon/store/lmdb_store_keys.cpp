// What the store does with the keys themselves: the proof at the start, and which key each record needs.
#include "common/secret.hpp"
#include "daemon/crypto/sodium.hpp"
#include "daemon/store/lmdb_store.hpp"

namespace umbra {
namespace {

constexpr std::string_view kCheckKey = "check", kNextKey = "next-check";
constexpr std::string_view kCheckText = "umbra-totp record store 1";
using Mode = lmdb::Transaction::Mode;

Bytes bytes(std::string_view text) noexcept {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

// A check value in the database: whether there is one, and the key of the ring that opens it.
struct Proof {
  bool there = false;
  std::optional<std::size_t> key;
  [[nodiscard]] bool lacks_key() const noexcept { return there && !key; }
};

Proof proof(const std::optional<std::string_view>& stored, const KeyRing& ring, std::int64_t now) {
  if (!stored) return {};
  std::uint8_t text[64];
  const auto opened = ring.open_by(*stored, now, text);
  if (!opened || std::string_view(reinterpret_cast<char*>(text), opened->size) != kCheckText) return {true, {}};
  return {true, opened->key};
}

}  // namespace

// "check" is sealed by a key that opens, with those before it in the ring, all that is stored; "next-check", while
// records are being sealed anew, by the key that they get. So a ring that lacks one of the two is known for what it is.
tl::expected<void, StoreError> LmdbStore::unlock(std::shared_ptr<const KeyRing> ring, const Clock& clock) try {
  ring_ = std::move(ring);
  clock_ = &clock;
  const bool no_users = empty();
  lmdb::Transaction txn(env_, Mode::write);
  const Proof check = proof(meta_->get(txn, kCheckKey), *ring_, clock.wall());
  const Proof next = proof(meta_->get(txn, kNextKey), *ring_, clock.wall());
  if (check.key && !next.lacks_key()) {
    sealed_by_first_ = check.key == 0U && !next.there;
    if (sealed_by_first_ || next.key == 0U) return {};
    meta_->put(txn, kNextKey, ring_->seal(bytes(kCheckText), clock.wall()));
    txn.commit();
    return {};
  }
  // Without users nothing is lost: the ring that is there now becomes the database's.
  if (!no_users && (check.key || next.key))
    return tl::unexpected(
        StoreError("the key ring lacks a key that records are sealed with: put the ring back that has all keys, the "
                   "newest too; nothing was changed"));
  if (!no_users)
    return tl::unexpected(
        StoreError("the key ring does not open this database: put the right key ring back; nothing was changed"));
  create_decoys(txn, users_in(txn));
  meta_->put(txn, kCheckKey, ring_->seal(bytes(kCheckText), clock.wall()));
  meta_->erase(txn, kNextKey);
  txn.commit();
  sealed_by_first_ = true;
  return {};
} catch (const lmdb::Error& error) {
  return tl::unexpected(StoreError(error.what()));
}

void LmdbStore::create_decoys(const lmdb::Transaction& txn, const lmdb::Database& users) {
  for (unsigned i = 0; i < kDecoys; ++i) {
    Record decoy;
    decoy.user = std::string(1, '\0') + "decoy" + std::to_string(i);
    sodium::random(decoy.active.emplace().secret.resize(20));
    sodium::random(decoy.backup.salt);
    decoy.backup.codes.resize(10);
    for (auto& code : decoy.backup.codes) sodium::random(code.hash);
    users.put(txn, decoy.user, seal(decoy.user, decoy));
  }
}

tl::expected<void, StoreError> LmdbStore::begin_reseal(const KeyRing& next) try {
  lmdb::Transaction txn(env_, Mode::write);
  meta_->put(txn, kNextKey, next.seal(bytes(kCheckText), clock_->wall()));
  txn.commit();
  sealed_by_first_ = false;
  return {};
} catch (const lmdb::Error& error) {
  return tl::unexpected(StoreError(error.what()));
}

// One step: there is no moment at which the ring would seem to lack a key.
tl::expected<void, StoreError> LmdbStore::end_reseal() try {
  lmdb::Transaction txn(env_, Mode::write);
  meta_->put(txn, kCheckKey, ring_->seal(bytes(kCheckText), clock_->wall()));
  meta_->erase(txn, kNextKey);
  txn.commit();
  sealed_by_first_ = true;
  return {};
} catch (const lmdb::Error& error) {
  return tl::unexpected(StoreError(error.what()));
}

// The checkpoint waits for the batch that is being written: what was sealed before the ring changed is seen here, and
// what is sealed later is sealed by the first key.
tl::expected<void, StoreError> LmdbStore::survey(const std::string& after, const Survey& each) try {
  if (auto done = checkpoint(); !done) return done;
  const lmdb::Transaction txn(env_, Mode::read);
  lmdb::Cursor cursor(txn, users_in(txn));
  SecretBytes<kMaxRecordSize> plain;
  for (auto entry = cursor.at_or_after(after); entry; entry = cursor.next()) {
    if (!after.empty() && entry->key == after) continue;
    const auto room = plain.resize(kMaxRecordSize);
    const auto opened = ring_->open_by(entry->value, clock_->wall(), room);
    const auto record = opened ? decode_record(room.first(opened->size)) : std::nullopt;
    const bool sound = record && record->user == entry->key;
    if (!each(entry->key, sound ? std::optional(opened->key) : std::nullopt)) break;
  }
  return {};
} catch (const std::exception& error) {
  return tl::unexpected(StoreError(error.what()));
}

std::size_t LmdbStore::records() {
  const lmdb::Transaction txn(env_, Mode::read);
  return users_in(txn).entries(txn);
}

}  // namespace umbra
