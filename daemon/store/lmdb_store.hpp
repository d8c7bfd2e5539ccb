// Records in an LMDB environment, each sealed by the key ring; ruled by ARCHITECTURE.md, "On disk".
#pragma once

#include <memory>

#include "daemon/crypto/keyring.hpp"
#include "daemon/store/lmdb.hpp"
#include "daemon/store/store.hpp"
#include "daemon/system/clock.hpp"

namespace umbra {

// A directory that one process owns: `lock` inside it is held (flock) as long as this lives.
class StateDirectory {
 public:
  explicit StateDirectory(std::string path);  // created 0700 where missing; throws std::runtime_error with one line
  StateDirectory(const StateDirectory&) = delete;
  StateDirectory& operator=(const StateDirectory&) = delete;
  ~StateDirectory();
  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  void sync() const;  // the folder's own entries

 private:
  std::string path_;
  int lock_fd_ = -1;
};

class LmdbStore final : public Store {
 public:
  static constexpr std::size_t kMapSize = std::size_t{64} << 30;  // address space, not memory or disk

  // Opens or creates the environment; the key ring is given later, since an empty database may get a new one.
  explicit LmdbStore(const StateDirectory& directory);

  [[nodiscard]] bool empty();  // no user has a record
  [[nodiscard]] const lmdb::Environment& environment() const noexcept { return env_; }
  // Takes the ring and proves it against the check value in the database. The error is one line that says what to do.
  tl::expected<void, StoreError> unlock(std::shared_ptr<const KeyRing> ring, const Clock& clock);

  tl::expected<std::optional<Record>, StoreError> read(const std::string& user) override;
  tl::expected<void, StoreError> apply(std::span<Change> batch) override;
  tl::expected<void, StoreError> walk(const std::string& after,
                                      const std::function<bool(std::string_view, const Record*)>& each) override;

 private:
  tl::expected<std::optional<Record>, StoreError> open(const lmdb::Transaction& txn, const std::string& user);
  bool run(const lmdb::Transaction& txn, Change& change);  // true: something was written
  void seal(const lmdb::Transaction& txn, const std::string& user, const Record& record);
  void create_decoys(const lmdb::Transaction& txn);

  lmdb::Environment env_;
  std::optional<lmdb::Database> users_, meta_;
  std::shared_ptr<const KeyRing> ring_;
  const Clock* clock_ = nullptr;
};

}  // namespace umbra
