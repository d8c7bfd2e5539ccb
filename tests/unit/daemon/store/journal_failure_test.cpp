// The journal while the daemon runs: a disk or an LMDB that fails, segments that fill, readers beside the writer.
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "tests/unit/daemon/store/journal_fixture.hpp"

namespace umbra {
namespace {

using test::beside_lmdb;
using test::Disk;
using test::disk;
using test::Generations;
using test::JournalTest;
using test::lmdb_fails;
using test::synchronous;
using test::writes;

TEST_F(JournalTest, EveryAnsweredChangeIsWrittenSynchronously) {
  writes = synchronous = 0;
  for (int i = 1; i <= 3; ++i) {
    ASSERT_TRUE(bump("alice"));
    EXPECT_EQ(writes, static_cast<unsigned>(i)) << "one write a batch";
    EXPECT_EQ(synchronous, writes);
  }
}

TEST_F(JournalTest, AWriteThatFailedIsNotDone) {
  ASSERT_TRUE(bump("alice"));
  for (const Disk failure : {Disk::fails, Disk::takes_and_fails}) {
    disk = failure;
    EXPECT_FALSE(bump("alice"));
    EXPECT_EQ(storage.get("alice").generation, 1U) << "answered as not done, and read as not done";
    disk = Disk::works;
  }
  ASSERT_TRUE(bump("alice"));
  EXPECT_EQ(storage.crash(), std::nullopt);
  EXPECT_EQ(stored(), (Generations{{"alice", 2}}));
}

// Two batches of one number would be found: the one that failed must not stand in for the one that was answered.
TEST_F(JournalTest, AFailedBatchIsWipedBeforeItsNumberIsUsedElsewhere) {
  ASSERT_TRUE(bump("alice"));
  disk = Disk::takes_and_fails;
  EXPECT_FALSE(bump("mallory"));
  EXPECT_FALSE(storage.store().checkpoint()) << "the segment stays as long as it cannot be wiped";
  disk = Disk::works;
  ASSERT_TRUE(storage.store().checkpoint());
  ASSERT_TRUE(bump("alice"));
  EXPECT_EQ(storage.crash(), std::nullopt);
  EXPECT_EQ(stored(), (Generations{{"alice", 2}}));
}

TEST_F(JournalTest, WakesOnceWhenHalfFullAndGoesOnInTheOtherSegment) {
  int times = 0;
  storage.store().on_half_full([&] { woken = true, ++times; });
  fill_half();
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(bump("alice"));
  EXPECT_EQ(times, 1);
  ASSERT_TRUE(storage.store().checkpoint());
  woken = false;
  fill_half();
  EXPECT_EQ(times, 2);
  EXPECT_EQ(storage.get("alice").generation, 5U);
}

TEST_F(JournalTest, AFullSegmentMakesRoomForItself) {
  for (int i = 0; i < 6000; ++i) ASSERT_TRUE(bump("user" + std::to_string(i % 7))) << i;
  EXPECT_EQ(storage.crash(), std::nullopt);
  std::uint32_t sum = 0;
  for (const auto& [user, generation] : stored()) sum += generation;
  EXPECT_EQ(sum, 6000U);
}

// What was answered stays and is read; what finds no more room is refused, until LMDB can be written again.
TEST_F(JournalTest, WhereLmdbCannotBeWrittenTheJournalGoesOnWhileItHasRoom) {
  lmdb_fails = true;
  std::uint32_t done = 0;
  while (done < 20'000 && bump("alice")) ++done;
  EXPECT_GT(done, 1000U);
  EXPECT_LT(done, 20'000U) << "it has an end";
  EXPECT_FALSE(bump("alice"));
  EXPECT_EQ(storage.get("alice").generation, done);
  EXPECT_FALSE(storage.store().checkpoint());
  lmdb_fails = false;
  EXPECT_TRUE(bump("alice"));
  EXPECT_EQ(storage.crash(), std::nullopt);
  EXPECT_EQ(stored(), (Generations{{"alice", done + 1}}));
}

TEST_F(JournalTest, ABatchLargerThanASegmentIsRefusedWhole) {
  ASSERT_TRUE(bump("alice"));
  std::vector<Change> batch;
  for (int i = 0; i < 30'000; ++i) {
    const std::string user = "user" + std::to_string(i);
    batch.push_back({user,
                     [user](std::optional<Record>& record) {
                       record = test::enrolled(user);
                       return true;
                     },
                     {}});
  }
  EXPECT_FALSE(storage.store().apply(batch));
  EXPECT_EQ(stored(), (Generations{{"alice", 1}}));
}

// Changes that never pause: a checkpoint, on which `list` and a rotation wait, has an end all the same.
TEST_F(JournalTest, ACheckpointLeavesWhatComesMeanwhileToTheNext) {
  ASSERT_TRUE(bump("alice"));
  unsigned commits = 0;
  beside_lmdb = [&] { EXPECT_TRUE(++commits >= 100 || bump("alice")); };
  ASSERT_TRUE(storage.store().checkpoint());
  EXPECT_EQ(commits, 1U);
  // What a failed one left comes first, then what was written since.
  lmdb_fails = true;
  EXPECT_FALSE(storage.store().checkpoint());
  lmdb_fails = false;
  commits = 0;
  ASSERT_TRUE(bump("bob"));
  ASSERT_TRUE(storage.store().checkpoint());
  EXPECT_EQ(commits, 2U);
  beside_lmdb = nullptr;
  EXPECT_EQ(storage.crash(), std::nullopt);
  EXPECT_EQ(stored(), (Generations{{"alice", 5}, {"bob", 1}}));
}

// More changes than one transaction takes; the second one fails, and then the machine.
TEST_F(JournalTest, ACheckpointThatEndsHalfwayIsWrittenOnceMore) {
  Generations all;
  for (int i = 0; i < 1500; ++i) {
    const std::string user = "user" + std::to_string(i);
    ASSERT_TRUE(bump(user));
    all[user] = 1;
  }
  unsigned commits = 0;
  beside_lmdb = [&] { lmdb_fails = ++commits == 2; };
  EXPECT_FALSE(storage.store().checkpoint());
  EXPECT_EQ(commits, 2U);
  beside_lmdb = nullptr;
  lmdb_fails = false;
  EXPECT_EQ(storage.crash(), std::nullopt);
  EXPECT_EQ(stored(), all);
}

// Readers, the writer and checkpoints at once: nobody ever reads an older record than he has read before.
TEST_F(JournalTest, NoReaderSeesTheTimeGoBack) {
  constexpr std::uint32_t kChanges = 3000;
  ASSERT_TRUE(bump("alice"));
  std::atomic<bool> over = false, back = false;
  {
    std::jthread checkpoints([&] {
      while (!over) ASSERT_TRUE(storage.store().checkpoint());
    });
    std::vector<std::jthread> readers;
    for (int i = 0; i < 2; ++i)
      readers.emplace_back([&] {
        for (std::uint32_t last = 0; !over;) {
          const std::uint32_t now = storage.get("alice").generation;
          if (now < last) back = true;
          last = now;
        }
      });
    for (std::uint32_t i = 0; i < kChanges; ++i) ASSERT_TRUE(bump("alice"));
    over = true;
  }
  EXPECT_FALSE(back);
  EXPECT_EQ(storage.get("alice").generation, kChanges + 1);
}

}  // namespace
}  // namespace umbra
