// The one wrapper of LMDB: environment, transaction, database, cursor as owning types; names from lmdb.h.
#pragma once

#include <lmdb.h>

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace umbra::lmdb {

// What LMDB said (mdb_strerror) and what we were doing; code() is LMDB's or errno's number.
class Error : public std::runtime_error {
 public:
  Error(const char* doing, int code)
      : std::runtime_error(std::string(doing) + ": " + mdb_strerror(code)), code_(code) {}
  [[nodiscard]] int code() const noexcept { return code_; }

 private:
  int code_;
};

class Environment {
 public:
  // Opens `directory` (which must exist) with default flags: every commit is durable when it returns. MDB_NOTLS
  // alone is added, so that a read transaction belongs to its object and not to a thread.
  Environment(const std::string& directory, std::size_t map_size, unsigned databases);
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;
  ~Environment() { mdb_env_close(env_); }
  [[nodiscard]] MDB_env* get() const noexcept { return env_; }

 private:
  MDB_env* env_ = nullptr;
};

// Aborts in its destructor unless commit() was called.
class Transaction {
 public:
  enum class Mode { read, write };
  Transaction(const Environment& env, Mode mode);
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction() {
    if (txn_ != nullptr) mdb_txn_abort(txn_);
  }
  void commit();  // durable when it returns; throws Error, and then nothing was written
  [[nodiscard]] MDB_txn* get() const noexcept { return txn_; }

 private:
  MDB_txn* txn_ = nullptr;
};

class Database {
 public:
  Database(const Transaction& write, const char* name);  // created where it is missing
  // The value lives in the map until the transaction ends or writes.
  [[nodiscard]] std::optional<std::string_view> get(const Transaction& txn, std::string_view key) const;
  void put(const Transaction& txn, std::string_view key, std::string_view value) const;
  void erase(const Transaction& txn, std::string_view key) const;  // a missing key is fine
  void clear(const Transaction& txn) const;                        // all keys
  [[nodiscard]] std::size_t entries(const Transaction& txn) const;
  [[nodiscard]] MDB_dbi get() const noexcept { return dbi_; }

 private:
  MDB_dbi dbi_ = 0;
};

struct Entry {
  std::string_view key, value;
};

class Cursor {
 public:
  Cursor(const Transaction& txn, const Database& database);
  Cursor(const Cursor&) = delete;
  Cursor& operator=(const Cursor&) = delete;
  ~Cursor() { mdb_cursor_close(cursor_); }
  std::optional<Entry> at_or_after(std::string_view key);  // an empty key: the first entry
  std::optional<Entry> next();
  std::optional<Entry> last();
  std::optional<Entry> previous();

 private:
  std::optional<Entry> move(std::string_view key, MDB_cursor_op op);
  MDB_cursor* cursor_ = nullptr;
};

}  // namespace umbra::lmdb
