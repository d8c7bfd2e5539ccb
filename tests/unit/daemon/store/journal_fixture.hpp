// A store whose records count their changes, on a disk that can fail.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>

#include "tests/support/storage.hpp"
#include "tests/unit/daemon/store/faulty_disk.hpp"

namespace umbra::test {

using Generations = std::map<std::string, std::uint32_t>;

class JournalTest : public testing::Test {
 protected:
  ~JournalTest() override {
    disk = Disk::works;
    lmdb_fails = false;
    beside_lmdb = nullptr;
    before_reading = nullptr;
  }
  // One more than there was; a new user starts at 1.
  tl::expected<void, StoreError> bump(const std::string& user) {
    return storage.change(user, [&](std::optional<Record>& record) {
      if (!record) {
        record = enrolled(user);
        record->generation = 0;
        record->backup.codes.resize(10);  // a batch of several sectors
      }
      ++record->generation;
      return true;
    });
  }
  void fill_half() {
    for (int i = 0; !woken && i < 100'000; ++i) ASSERT_TRUE(bump("user" + std::to_string(i)));
  }
  Generations stored() {
    Generations all;
    const auto walked = storage.store().walk("", [&](std::string_view user, const Record* record) {
      all[std::string(user)] = record != nullptr ? record->generation : 0;
      return true;
    });
    if (!walked) throw std::runtime_error(walked.error());
    return all;
  }
  [[nodiscard]] std::string journal() const { return storage.path() + "/journal"; }

  Storage storage;
  bool woken = false;
};

}  // namespace umbra::test
