// A snapshot beside a checkpoint of several transactions: it is of one moment all the same.
#include "daemon/store/snapshot.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <semaphore>
#include <thread>

#include "tests/unit/daemon/store/journal_fixture.hpp"

namespace umbra {
namespace {

using namespace std::chrono_literals;
using test::before_reading;
using test::beside_lmdb;
using test::JournalTest;

constexpr unsigned kUsers = 400;  // more than one of its transactions takes

class SnapshotTest : public JournalTest {
 protected:
  void bump_all() {
    for (unsigned n = 0; n < kUsers; ++n) ASSERT_TRUE(bump("user" + std::to_string(n)));
  }
  std::map<std::uint32_t, unsigned> users_by_generation(const Snapshot& snapshot) {
    std::map<std::uint32_t, unsigned> users;
    snapshot.walk("", [&](std::string_view, std::optional<std::string_view> token) {
      std::uint8_t plain[kMaxRecordSize];
      const auto size = storage.key_ring()->open(token.value(), std::nullopt, test::kNow, plain);
      ++users[decode_record(Bytes(plain, size.value())).value().generation];
      return true;
    });
    return users;
  }
};

// Where a checkpoint can begin between a snapshot's own and its transaction, it is halfway when the transaction begins.
TEST_F(SnapshotTest, IsNeverOfHalfACheckpoint) {
  bump_all();
  std::jthread other;
  std::binary_semaphore halfway(0), taken(0);
  unsigned commits = 0;
  before_reading = [&] {
    bump_all();
    beside_lmdb = [&] {
      if (++commits != 2) return;
      halfway.release();
      (void)taken.try_acquire_for(5s);
    };
    other = std::jthread([&] { EXPECT_TRUE(storage.store().checkpoint()); });
    (void)halfway.try_acquire_for(200ms);
  };
  const Snapshot snapshot(storage.store());
  taken.release();
  EXPECT_EQ(users_by_generation(snapshot), (std::map<std::uint32_t, unsigned>{{1, kUsers}}));
  other.join();
  EXPECT_GE(commits, 2U) << "the other checkpoint was of one transaction";
  beside_lmdb = nullptr;
}

}  // namespace
}  // namespace umbra
