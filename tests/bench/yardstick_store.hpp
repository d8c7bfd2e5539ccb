// The yardstick's records: in LMDB, by user name, the last step that was used and a Fernet token of the secret.
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/store/lmdb.hpp"

namespace umbra::bench {

struct YardstickStore {
  explicit YardstickStore(const std::string& folder)
      : environment(folder, kMapSize, 0), records([this] {
          lmdb::Transaction write(environment, lmdb::Transaction::Mode::write);
          const lmdb::Database database(write, nullptr);  // LMDB's main one: a named one is a page more each commit
          write.commit();
          return database;
        }()) {}

  // Valid as long as the transaction does not write.
  [[nodiscard]] std::optional<std::string_view> token(const lmdb::Transaction& txn, std::string_view user) const {
    const auto record = records.get(txn, user);
    return record ? std::optional(record->substr(sizeof(std::uint64_t))) : std::nullopt;
  }

  void put(const lmdb::Transaction& write, std::string_view user, std::uint64_t step, std::string_view token) const {
    std::string record(sizeof step, '\0');
    std::memcpy(record.data(), &step, sizeof step);
    records.put(write, user, record.append(token));
  }

  // False where the step, or a later one, was used before.
  [[nodiscard]] bool burn(const lmdb::Transaction& write, std::string_view user, std::uint64_t step) const {
    const auto record = records.get(write, user);
    if (!record) return false;
    std::uint64_t used = 0;
    std::memcpy(&used, record->data(), sizeof used);
    if (step <= used) return false;
    put(write, user, step, std::string(record->substr(sizeof used)));
    return true;
  }

  static constexpr std::size_t kMapSize = std::size_t{16} << 30;  // address space, not memory or disk
  lmdb::Environment environment;
  lmdb::Database records;
};

}  // namespace umbra::bench
