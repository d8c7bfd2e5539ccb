// Records of a backup, put aside one by one, and then all at once in the place of those that are there; ruled by
// ARCHITECTURE.md, "Backup and restore".
#pragma once

#include <cstdint>
#include <string>
#include <tl/expected.hpp>
#include <unordered_set>
#include <vector>

#include "daemon/store/lmdb_store.hpp"

namespace umbra {

// One at a time, on one thread at a time; changes of others go on beside it. Until commit() nothing is changed, and
// without it nothing was.
class Restoration {
 public:
  // `origin`: of the database that the copies are from. Throws std::runtime_error, lmdb::Error.
  Restoration(LmdbStore& store, const Epoch& origin, bool keep_backup_codes);
  Restoration(const Restoration&) = delete;
  Restoration& operator=(const Restoration&) = delete;
  ~Restoration();

  // The next record, as the backup has it: what stands in its way, or none. In name order. Throws lmdb::Error.
  wire::Obstacle add(std::string_view token);

  struct Outcome {
    std::uint64_t users = 0;
    std::uint64_t codes_dead = 0;  // users whose unused backup codes died
    std::uint64_t gone = 0;        // users who had a record and have none any more
  };
  // Durable on return. `window`: steps as they are configured. Throws lmdb::Error, std::runtime_error: then nothing was
  // changed.
  tl::expected<Outcome, wire::Obstacle> commit(unsigned window);

 private:
  // Records put aside that are written in one transaction, and changes beside it that are merged in the last one.
  static constexpr std::size_t kBatch = 1000, kLastFew = 100;

  void flush();
  [[nodiscard]] std::string sealed(Record& copy);
  [[nodiscard]] std::unordered_set<std::string> take_changed();
  // The records put aside of those users, merged with what they are by now.
  using Merged = std::vector<std::pair<std::string, std::string>>;
  [[nodiscard]] Merged merge(const std::unordered_set<std::string>& users);
  void write(const lmdb::Transaction& txn, const Merged& merged) const;
  void catch_up_with_changes();
  [[nodiscard]] std::uint64_t count_gone();
  tl::expected<void, wire::Obstacle> swap(unsigned window);
  void let_go();

  LmdbStore& store_;
  const Epoch origin_, next_;  // next_: without its floor yet
  const bool keep_backup_codes_;
  const std::string key_;  // that seals: its id
  unsigned spare_ = 0;     // the database that they are put aside in
  std::string last_;       // name
  std::vector<Record> waiting_;
  std::unordered_set<std::string> changed_;  // guarded by the store's append_
  bool over_ = false;
  Outcome outcome_;
};

}  // namespace umbra
