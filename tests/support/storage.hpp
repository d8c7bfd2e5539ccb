// A real LMDB store in a directory of its own, with a key ring that is known.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "daemon/store/lmdb_store.hpp"
#include "tests/support/fake_clock.hpp"
#include "tests/support/records.hpp"
#include "tests/support/temp_dir.hpp"

namespace umbra::test {

inline const std::string kRingText = "MTExMTExMTExMTExMTExMTExMTExMTExMTExMTExMTE=\n";
inline const std::string kOtherRingText = "MjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjI=\n";

inline std::shared_ptr<KeyRing> ring(const std::string& text = kRingText) {
  auto ring = KeyRing::parse(text);
  if (!ring) throw std::runtime_error(ring.error());
  return std::make_shared<KeyRing>(std::move(*ring));
}

class Storage {
 public:
  Storage() { open(); }

  // Another start of the daemon: the error of unlock(), or nothing.
  std::optional<StoreError> open(const std::string& ring_text = kRingText) {
    close();
    directory_.emplace(path());
    store_.emplace(*directory_);
    ring_ = ring(ring_text);
    const auto unlocked = store_->unlock(ring_, clock);
    return unlocked ? std::nullopt : std::optional(unlocked.error());
  }
  void close() {
    store_.reset();
    directory_.reset();
  }
  // The machine goes down now, and another start finds the files as they are: the error of open(), or nothing.
  // `meanwhile` may do to the copy in that folder what a power cut does.
  std::optional<StoreError> crash(const std::function<void(const std::string& folder)>& meanwhile = {}) {
    const std::string copy = dir_.path() + "/copy";
    std::filesystem::copy(path(), copy);
    close();
    std::filesystem::remove_all(path());
    if (meanwhile) meanwhile(copy);
    std::filesystem::rename(copy, path());
    return open();
  }
  [[nodiscard]] LmdbStore& store() { return *store_; }
  // The one that the store uses.
  [[nodiscard]] const std::shared_ptr<KeyRing>& key_ring() const { return ring_; }
  [[nodiscard]] std::string path() const { return dir_.path() + "/state"; }

  tl::expected<void, StoreError> change(const std::string& user, Mutation mutate) {
    Change batch[] = {{user, std::move(mutate), std::nullopt}};
    const auto result = store().apply(batch);
    if (result && batch[0].error) return tl::unexpected(*batch[0].error);
    return result;
  }
  void put(const Record& record) {
    const auto put = change(record.user, [&](std::optional<Record>& stored) {
      stored = record;
      return true;
    });
    if (!put) throw std::runtime_error(put.error());
  }
  // The user's record; throws where it does not open or is not there.
  Record get(const std::string& user) {
    const auto record = store().read(user);
    if (!record) throw std::runtime_error(record.error());
    return record->value();
  }

  FakeClock clock{kNow};

  // Another machine, which starts with a copy of the files as they are now; `meanwhile` is as in crash().
  struct Machine {
    Machine(const Storage& original, const std::function<void(const std::string& folder)>& meanwhile) {
      const std::string folder = dir.path() + "/state";
      std::filesystem::copy(original.path(), folder);
      if (meanwhile) meanwhile(folder);
      directory.emplace(folder);
      store.emplace(*directory);
      if (const auto unlocked = store->unlock(ring(), original.clock); !unlocked) error = unlocked.error();
    }
    TempDir dir{folder_in_memory()};
    std::optional<StateDirectory> directory;
    std::optional<LmdbStore> store;
    std::optional<StoreError> error;
  };

 private:
  TempDir dir_{folder_in_memory()};
  std::shared_ptr<KeyRing> ring_;
  std::optional<StateDirectory> directory_;
  std::optional<LmdbStore> store_;
};

// Users in the store's order; "(damaged)" behind those whose record does not open.
inline std::vector<std::string> walk(LmdbStore& store, const std::string& after = "") {
  std::vector<std::string> users;
  const auto walked = store.walk(after, [&](std::string_view user, const Record* record) {
    users.push_back(std::string(user) + (record == nullptr ? " (damaged)" : ""));
    return true;
  });
  if (!walked) throw std::runtime_error(walked.error());
  return users;
}

}  // namespace umbra::test
