#include "daemon/store/lmdb_store.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "common/secret.hpp"
#include "daemon/crypto/sodium.hpp"

namespace umbra {
namespace {

constexpr std::string_view kCheckKey = "check";
constexpr std::string_view kCheckText = "umbra-totp record store 1";
using Mode = lmdb::Transaction::Mode;

[[noreturn]] void fail(const std::string& what, const std::string& path) {
  throw std::runtime_error(what + " " + path + ": " + std::strerror(errno));
}

Bytes bytes(std::string_view text) noexcept {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace

StateDirectory::StateDirectory(std::string path) : path_(std::move(path)) {
  if (mkdir(path_.c_str(), 0700) != 0 && errno != EEXIST) fail("cannot create", path_);
  const std::string lock = path_ + "/lock";
  lock_fd_ = ::open(lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (lock_fd_ < 0) fail("cannot open", lock);
  if (flock(lock_fd_, LOCK_EX | LOCK_NB) == 0) return;
  const int code = errno;
  close(lock_fd_);
  if (code == EWOULDBLOCK)
    throw std::runtime_error("another umbra-totpd uses " + path_ + ": stop it first (systemctl stop umbra-totpd)");
  errno = code;
  fail("cannot lock", lock);
}

StateDirectory::~StateDirectory() { close(lock_fd_); }

void StateDirectory::sync() const {
  const int fd = ::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) fail("cannot open", path_);
  const int result = fsync(fd);
  close(fd);
  if (result != 0) fail("cannot sync", path_);
}

std::string decoy_name(std::string_view unknown_user) {
  unsigned sum = 0;
  for (const char c : unknown_user) sum = sum * 31 + static_cast<unsigned char>(c);
  return std::string(1, '\0') + "decoy" + std::to_string(sum % kDecoys);
}

LmdbStore::LmdbStore(const StateDirectory& directory) : env_(directory.path(), kMapSize, 4) {
  lmdb::Transaction txn(env_, Mode::write);
  users_.emplace(txn, "users");
  meta_.emplace(txn, "meta");
  txn.commit();
  directory.sync();
}

bool LmdbStore::empty() {
  const lmdb::Transaction txn(env_, Mode::read);
  lmdb::Cursor cursor(txn, *users_);
  auto entry = cursor.at_or_after({});
  while (entry && is_decoy(entry->key)) entry = cursor.next();
  return !entry;
}

tl::expected<void, StoreError> LmdbStore::unlock(std::shared_ptr<const KeyRing> ring, const Clock& clock) try {
  ring_ = std::move(ring);
  clock_ = &clock;
  const bool no_users = empty();
  lmdb::Transaction txn(env_, Mode::write);
  const auto check = meta_->get(txn, kCheckKey);
  if (check) {
    std::uint8_t text[64];
    const auto size = ring_->open(*check, std::nullopt, clock.wall(), text);
    if (size && std::string_view(reinterpret_cast<char*>(text), *size) == kCheckText) return {};
  }
  // Without users nothing is lost: the ring that is there now becomes the database's.
  if (!no_users)
    return tl::unexpected(
        StoreError("the key ring does not open this database: put the right key ring back; nothing was changed"));
  create_decoys(txn);
  meta_->put(txn, kCheckKey, ring_->seal(bytes(kCheckText), clock.wall()));
  txn.commit();
  return {};
} catch (const lmdb::Error& error) {
  return tl::unexpected(StoreError(error.what()));
}

void LmdbStore::create_decoys(const lmdb::Transaction& txn) {
  for (unsigned i = 0; i < kDecoys; ++i) {
    Record decoy;
    decoy.user = std::string(1, '\0') + "decoy" + std::to_string(i);
    sodium::random(decoy.active.emplace().secret.resize(20));
    sodium::random(decoy.backup.salt);
    decoy.backup.codes.resize(10);
    for (auto& code : decoy.backup.codes) sodium::random(code.hash);
    seal(txn, decoy.user, decoy);
  }
}

tl::expected<std::optional<Record>, StoreError> LmdbStore::open(const lmdb::Transaction& txn, const std::string& user) {
  const auto token = users_->get(txn, user);
  if (!token) return std::nullopt;
  SecretBytes<kMaxRecordSize> plain;
  const auto room = plain.resize(kMaxRecordSize);
  const auto size = ring_->open(*token, std::nullopt, clock_->wall(), room);
  if (!size)
    return tl::unexpected(StoreError("a record does not open with the key ring: it was changed, or its key is gone"));
  auto record = decode_record(room.first(*size));
  // The name is inside the seal as well: a record moved under another user's name is refused.
  if (!record || record->user != user)
    return tl::unexpected(StoreError("a record is damaged or belongs to another user: restore it from a backup"));
  return record;
}

void LmdbStore::seal(const lmdb::Transaction& txn, const std::string& user, const Record& record) {
  SecretBytes<kMaxRecordSize> plain;
  const auto room = plain.resize(kMaxRecordSize);
  const std::size_t size = encode_record(record, room);
  if (size == 0 || record.user != user) throw std::logic_error("a record breaks its own limits");
  users_->put(txn, user, ring_->seal(room.first(size), clock_->wall()));
}

tl::expected<std::optional<Record>, StoreError> LmdbStore::read(const std::string& user) try {
  const lmdb::Transaction txn(env_, Mode::read);
  return open(txn, user);
} catch (const lmdb::Error& error) {
  return tl::unexpected(StoreError(error.what()));
}

bool LmdbStore::run(const lmdb::Transaction& txn, Change& change) {
  change.error.reset();
  auto record = open(txn, change.user);
  if (!record) {
    change.error = record.error();
    return false;
  }
  const bool was_there = record->has_value();
  if (!change.mutate(*record)) return false;
  if (*record)
    seal(txn, change.user, **record);
  else if (was_there)
    users_->erase(txn, change.user);
  return true;
}

tl::expected<void, StoreError> LmdbStore::apply(std::span<Change> batch) try {
  lmdb::Transaction txn(env_, Mode::write);
  bool written = false;
  for (Change& change : batch) written = run(txn, change) || written;
  if (written) txn.commit();
  return {};
} catch (const std::exception& error) {
  return tl::unexpected(StoreError(error.what()));
}

tl::expected<void, StoreError> LmdbStore::walk(const std::string& after,
                                               const std::function<bool(std::string_view, const Record*)>& each) try {
  const lmdb::Transaction txn(env_, Mode::read);
  lmdb::Cursor cursor(txn, *users_);
  for (auto entry = cursor.at_or_after(after); entry; entry = cursor.next()) {
    if (entry->key == after || is_decoy(entry->key)) continue;
    const std::string user(entry->key);
    const auto record = open(txn, user);
    if (!each(user, record && *record ? &**record : nullptr)) break;
  }
  return {};
} catch (const std::exception& error) {
  return tl::unexpected(StoreError(error.what()));
}

}  // namespace umbra
