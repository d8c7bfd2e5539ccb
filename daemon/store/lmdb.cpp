#include "daemon/store/lmdb.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "common/descriptor.hpp"

namespace umbra::lmdb {
namespace {

constexpr mdb_mode_t kFileMode = 0600;
constexpr off_t kLockFile = 8192;  // bytes: LMDB's default of 126 readers; where it needs more, it takes more

void check(const char* doing, int code) {
  if (code != MDB_SUCCESS) throw Error(doing, code);
}

MDB_val val(std::string_view text) noexcept {
  return {text.size(), const_cast<char*>(text.data())};  // LMDB reads through it, and has no const
}

std::string_view view(const MDB_val& value) noexcept {
  return {static_cast<const char*>(value.mv_data), value.mv_size};
}

// LMDB writes its lock file through a map. Blocks that the disk has no more room for would be SIGBUS then, and are an
// error now.
void reserve_lock_file(const std::string& directory) {
  const Descriptor file(
      ::open((directory + "/lock.mdb").c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, kFileMode));
  check("open the database's lock file", file ? 0 : errno);
  check("make room for the database's lock file", posix_fallocate(file.get(), 0, kLockFile));
}

// LMDB goes on from a new file's first pages without a sync. A power cut may leave half of them, which no later start
// would open; so the file gets its name when it is whole and on disk. The name is durable with the folder.
void create_whole(const std::string& directory, std::size_t map_size) {
  const std::string file = directory + "/data.mdb", fresh = file + ".new";
  if (access(file.c_str(), F_OK) == 0) return;
  unlink(fresh.c_str());  // what a cut left
  MDB_env* env = nullptr;
  check("prepare the database", mdb_env_create(&env));
  int code = mdb_env_set_mapsize(env, map_size);
  if (code == 0) code = mdb_env_open(env, fresh.c_str(), MDB_NOSUBDIR | MDB_NOLOCK, kFileMode);
  if (code == 0) code = mdb_env_sync(env, 1);
  mdb_env_close(env);
  if (code == 0 && rename(fresh.c_str(), file.c_str()) != 0) code = errno;
  check("create the database", code);
}

}  // namespace

Environment::Environment(const std::string& directory, std::size_t map_size, unsigned databases) {
  reserve_lock_file(directory);
  create_whole(directory, map_size);
  check("prepare the database", mdb_env_create(&env_));
  try {
    check("size the database", mdb_env_set_mapsize(env_, map_size));
    check("size the database", mdb_env_set_maxdbs(env_, databases));
    check("open the database", mdb_env_open(env_, directory.c_str(), MDB_NOTLS, kFileMode));
  } catch (...) {
    mdb_env_close(env_);
    throw;
  }
}

Transaction::Transaction(const Environment& env, Mode mode) {
  check("begin a transaction", mdb_txn_begin(env.get(), nullptr, mode == Mode::read ? MDB_RDONLY : 0U, &txn_));
}

void Transaction::commit() {
  MDB_txn* txn = txn_;
  txn_ = nullptr;  // mdb_txn_commit frees it, also where it fails
  check("commit", mdb_txn_commit(txn));
}

Database::Database(const Transaction& write, const char* name) {
  check("open a database", mdb_dbi_open(write.get(), name, MDB_CREATE, &dbi_));
}

std::optional<std::string_view> Database::get(const Transaction& txn, std::string_view key) const {
  MDB_val k = val(key);
  MDB_val v{};
  const int code = mdb_get(txn.get(), dbi_, &k, &v);
  if (code == MDB_NOTFOUND) return std::nullopt;
  check("read", code);
  return view(v);
}

void Database::put(const Transaction& txn, std::string_view key, std::string_view value) const {
  MDB_val k = val(key);
  MDB_val v = val(value);
  check("write", mdb_put(txn.get(), dbi_, &k, &v, 0));
}

void Database::erase(const Transaction& txn, std::string_view key) const {
  MDB_val k = val(key);
  const int code = mdb_del(txn.get(), dbi_, &k, nullptr);
  if (code != MDB_NOTFOUND) check("erase", code);
}

void Database::clear(const Transaction& txn) const { check("empty", mdb_drop(txn.get(), dbi_, 0)); }

std::size_t Database::entries(const Transaction& txn) const {
  MDB_stat stat{};
  check("count", mdb_stat(txn.get(), dbi_, &stat));
  return stat.ms_entries;
}

Cursor::Cursor(const Transaction& txn, const Database& database) {
  check("open a cursor", mdb_cursor_open(txn.get(), database.get(), &cursor_));
}

std::optional<Entry> Cursor::move(std::string_view key, MDB_cursor_op op) {
  MDB_val k = val(key);
  MDB_val v{};
  const int code = mdb_cursor_get(cursor_, &k, &v, op);
  if (code == MDB_NOTFOUND) return std::nullopt;
  check("walk", code);
  return Entry{view(k), view(v)};
}

std::optional<Entry> Cursor::at_or_after(std::string_view key) {
  return move(key, key.empty() ? MDB_FIRST : MDB_SET_RANGE);
}
std::optional<Entry> Cursor::next() { return move({}, MDB_NEXT); }
std::optional<Entry> Cursor::last() { return move({}, MDB_LAST); }
std::optional<Entry> Cursor::previous() { return move({}, MDB_PREV); }

}  // namespace umbra::lmdb
