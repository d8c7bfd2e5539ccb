// The journal between an acknowledged change and LMDB: crashes, power cuts, failures of the disk, damage.
#include "daemon/store/journal.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <lmdb.h>
#include <sys/types.h>

#include <atomic>
#include <cerrno>
#include <filesystem>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/power_cut.hpp"
#include "tests/support/storage.hpp"

namespace umbra {
namespace {

// The disk takes the bytes, or not, and says that it failed.
enum class Disk { works, fails, takes_and_fails };
std::atomic<Disk> disk = Disk::works;
std::atomic<bool> lmdb_fails = false;
std::atomic<unsigned> writes = 0, synchronous = 0;

}  // namespace
}  // namespace umbra

extern "C" {
ssize_t __real_pwrite64(int fd, const void* bytes, size_t size, off_t at);
ssize_t __wrap_pwrite64(int fd, const void* bytes, size_t size, off_t at) {
  using umbra::Disk;
  ++umbra::writes;
  if ((fcntl(fd, F_GETFL) & O_DSYNC) != 0) ++umbra::synchronous;
  if (umbra::disk == Disk::works) return __real_pwrite64(fd, bytes, size, at);
  if (umbra::disk == Disk::takes_and_fails) __real_pwrite64(fd, bytes, size, at);
  errno = EIO;
  return -1;
}
int __real_mdb_txn_commit(MDB_txn* txn);
int __wrap_mdb_txn_commit(MDB_txn* txn) {
  if (!umbra::lmdb_fails) return __real_mdb_txn_commit(txn);
  mdb_txn_abort(txn);
  return ENOSPC;
}
}

namespace umbra {
namespace {

using test::Storage;
using Generations = std::map<std::string, std::uint32_t>;

class JournalTest : public testing::Test {
 protected:
  ~JournalTest() override {
    disk = Disk::works;
    lmdb_fails = false;
  }
  // One more than there was; a new user starts at 1.
  tl::expected<void, StoreError> bump(const std::string& user) {
    return storage.change(user, [&](std::optional<Record>& record) {
      if (!record) {
        record = test::enrolled(user);
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

TEST_F(JournalTest, ACrashLosesNothingThatWasAnswered) {
  ASSERT_TRUE(bump("alice"));
  ASSERT_TRUE(storage.store().checkpoint());
  ASSERT_TRUE(bump("alice"));
  ASSERT_TRUE(bump("bob"));
  for (int crash = 0; crash < 3; ++crash) {
    EXPECT_EQ(storage.crash(), std::nullopt) << crash;
    EXPECT_EQ(stored(), (Generations{{"alice", 2}, {"bob", 1}})) << crash;
  }
  ASSERT_TRUE(storage.change("bob", [](std::optional<Record>& record) {
    record.reset();
    return true;
  }));
  EXPECT_EQ(storage.crash(), std::nullopt);
  EXPECT_EQ(stored(), (Generations{{"alice", 2}}));
}

// Every batch's write is cut at each of its sectors; what had been answered is there, and of the last batch all or
// nothing.
TEST_F(JournalTest, APowerCutLosesNothingThatWasAnswered) {
  std::mt19937 dice(20'261'125);
  Generations now;
  std::size_t states = 0, kept = 0;
  for (int step = 0; step < 40; ++step) {
    const std::string before = test::read_file(journal());
    const std::string user = "user" + std::to_string(dice() % 6);
    ASSERT_TRUE(bump(user));
    Generations then = now;
    ++then[user];
    const std::string after = test::read_file(journal());
    EXPECT_GE(test::changed_sectors(before, after).size(), 2U);
    for (const std::string& torn : test::torn_states(before, after, 2, dice)) {
      Storage::Machine machine(storage,
                               [&](const std::string& folder) { test::write_file(folder + "/journal", torn); });
      ASSERT_EQ(machine.error, std::nullopt);
      Generations found;
      for (const auto& [name, generation] : then)
        if (const auto record = machine.store->read(name).value()) found[name] = record->generation;
      EXPECT_TRUE(found == now || found == then) << "step " << step << ", state " << states;
      if (torn == after) {
        EXPECT_EQ(found, then) << step;
        ++kept;
      }
      ++states;
    }
    now = then;
    if (dice() % 5 == 0) {
      ASSERT_TRUE(storage.store().checkpoint());
    }
  }
  EXPECT_GE(states, 200U);
  EXPECT_GE(kept, 40U);
}

// LMDB has it, the power goes before the other segment is written to: the same batches are found once more.
TEST_F(JournalTest, BatchesThatLmdbHasAreNotAppliedAgain) {
  ASSERT_TRUE(bump("alice"));
  const std::string old_journal = test::read_file(journal());
  ASSERT_TRUE(bump("alice"));
  ASSERT_TRUE(storage.store().checkpoint());
  EXPECT_EQ(storage.crash(), std::nullopt);
  EXPECT_EQ(stored(), (Generations{{"alice", 2}}));
  ASSERT_TRUE(storage.store().checkpoint());
  EXPECT_EQ(storage.crash([&](const std::string& folder) { test::write_file(folder + "/journal", old_journal); }),
            std::nullopt);
  EXPECT_EQ(stored(), (Generations{{"alice", 2}}));
}

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
  while (done < 10'000 && bump("alice")) ++done;
  EXPECT_GT(done, 1000U);
  EXPECT_LT(done, 10'000U) << "it has an end";
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
  for (int i = 0; i < 10'000; ++i) {
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

TEST_F(JournalTest, AMissingJournalIsNoStartWhileItHasWhatLmdbHasNot) {
  ASSERT_TRUE(bump("alice"));
  const auto lost = [](const std::string& folder) { std::filesystem::remove(folder + "/journal"); };
  EXPECT_THROW(storage.crash(lost), std::runtime_error);
}

TEST_F(JournalTest, AnotherDatabasesJournalIsNoStart) {
  Storage other;
  ASSERT_TRUE(bump("alice"));
  const auto swapped = [&](const std::string& folder) {
    test::write_file(folder + "/journal", test::read_file(other.path() + "/journal"));
  };
  EXPECT_THROW(storage.crash(swapped), std::runtime_error);
}

TEST_F(JournalTest, BehindACleanEndAMissingJournalIsMadeAnew) {
  ASSERT_TRUE(bump("alice"));
  storage.close();
  std::filesystem::remove(journal());
  EXPECT_EQ(storage.open(), std::nullopt);
  EXPECT_EQ(stored(), (Generations{{"alice", 1}}));
  ASSERT_TRUE(bump("alice"));
  EXPECT_EQ(storage.crash(), std::nullopt);
  EXPECT_EQ(stored(), (Generations{{"alice", 2}}));
}

TEST_F(JournalTest, DamageBetweenBatchesIsNoStart) {
  const std::string empty = test::read_file(journal());
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(bump("alice"));
  std::string damaged = test::read_file(journal());
  const auto sectors = test::changed_sectors(empty, damaged);
  ASSERT_GE(sectors.size(), 3U);
  damaged[sectors[sectors.size() / 2] + 60] ^= 1;
  EXPECT_THROW(storage.crash([&](const std::string& folder) { test::write_file(folder + "/journal", damaged); }),
               std::runtime_error);
}

TEST_F(JournalTest, NothingOfARecordIsReadableInIt) {
  storage.put(test::enrolled("a-name-that-is-long-enough-to-find"));
  const std::string bytes = test::read_file(journal());
  ASSERT_NE(bytes.find("a-name-that-is-long-enough-to-find"), std::string::npos) << "the key is the name";
  EXPECT_EQ(bytes.find(test::kSecretText), std::string::npos);
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
