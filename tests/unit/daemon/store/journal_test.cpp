// The journal over crashes, power cuts and damage: nothing that was answered is lost, and nothing is made up.
#include <gtest/gtest.h>

#include <filesystem>
#include <random>
#include <string>

#include "tests/support/power_cut.hpp"
#include "tests/unit/daemon/store/journal_fixture.hpp"

namespace umbra {
namespace {

using test::Generations;
using test::JournalTest;
using test::Storage;

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

constexpr int kCuts = 16;

// Every batch's write is cut at each of its sectors; what had been answered is there, and of the last batch all or
// nothing.
TEST_F(JournalTest, APowerCutLosesNothingThatWasAnswered) {
  std::mt19937 dice(20'261'125);
  Generations now;
  std::size_t states = 0, kept = 0;
  for (int step = 0; step < kCuts; ++step) {
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
    if (step % 3 == 2) {
      ASSERT_TRUE(storage.store().checkpoint());
    }
  }
  EXPECT_GE(states, std::size_t{5 * kCuts});
  EXPECT_GE(kept, std::size_t{kCuts});
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

}  // namespace
}  // namespace umbra
