// All records as they were at one moment, for as long as this lives; ruled by ARCHITECTURE.md, "Backup and restore".
#pragma once

#include <functional>
#include <string>

#include "daemon/store/lmdb_store.hpp"

namespace umbra {

// Later changes do not wait for it, but LMDB's file grows by what they change meanwhile: whoever holds one lets it go
// soon. On one thread at a time.
class Snapshot {
 public:
  // Of what was durable when it was asked for, or later. Throws std::runtime_error, lmdb::Error.
  explicit Snapshot(LmdbStore& store);

  [[nodiscard]] std::size_t users() const noexcept { return users_; }
  // Users behind the name `after`, until `each` returns false. Where the record is not sound there is no token.
  using Each = std::function<bool(std::string_view user, std::optional<std::string_view> token)>;
  void walk(const std::string& after, const Each& each) const;

 private:
  LmdbStore& store_;
  const lmdb::Transaction txn_;
  const lmdb::Database& records_;
  std::size_t users_ = 0;
};

}  // namespace umbra
