#include "daemon/store/lmdb_store.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "tests/support/storage.hpp"

namespace umbra {
namespace {

using test::Storage;
using test::walk;

Mutation put(const std::string& user, std::uint32_t uid = 1000) {
  return [=](std::optional<Record>& record) {
    record = test::enrolled(user, uid);
    return true;
  };
}
using Users = std::vector<std::string>;

TEST(LmdbStore, KeepsARecordOverRestarts) {
  Storage storage;
  Record record = test::enrolled();
  record.window.spend(42);
  storage.put(record);
  for (int start = 0; start < 2; ++start) {
    EXPECT_EQ(storage.get("alice").window, record.window) << start;
    EXPECT_EQ(storage.open(), std::nullopt);
  }
  EXPECT_FALSE(storage.store().read("bob").value().has_value());
}

// LMDB writes it through a map: a block that is not there yet would be SIGBUS on a full disk.
TEST(LmdbStore, TheLockFileHasItsBlocksBeforeItIsMapped) {
  Storage storage;
  struct stat status{};
  ASSERT_EQ(stat((storage.path() + "/lock.mdb").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  EXPECT_GE(status.st_size, 8192);
  EXPECT_GE(status.st_blocks * 512, status.st_size);
}

TEST(LmdbStore, MutationsReadChangeCreateAndForget) {
  Storage storage;
  EXPECT_TRUE(storage.change("alice", [](std::optional<Record>& record) {
    EXPECT_FALSE(record.has_value());
    return false;
  }));
  EXPECT_TRUE(storage.change("alice", put("alice")));
  EXPECT_TRUE(storage.change("alice", [](std::optional<Record>& record) {
    record->generation = 9;
    return true;
  }));
  EXPECT_EQ(storage.get("alice").generation, 9U);
  EXPECT_TRUE(storage.change("alice", [](std::optional<Record>& record) {
    record->generation = 10;
    return false;
  }));
  EXPECT_EQ(storage.get("alice").generation, 9U) << "false writes nothing";
  EXPECT_TRUE(storage.change("alice", [](std::optional<Record>& record) {
    record.reset();
    return true;
  }));
  EXPECT_FALSE(storage.store().read("alice").value().has_value());
  EXPECT_TRUE(storage.store().empty());
}

TEST(LmdbStore, ABatchRunsInOrder) {
  Storage storage;
  std::vector<Change> batch;
  batch.push_back({"alice", put("alice"), {}});
  for (int i = 0; i < 3; ++i)
    batch.push_back({"alice",
                     [](std::optional<Record>& record) {
                       ++record->generation;
                       return true;
                     },
                     {}});
  ASSERT_TRUE(storage.store().apply(batch));
  EXPECT_EQ(storage.get("alice").generation, 4U);
}

TEST(LmdbStore, ABatchIsWrittenWholeOrNotAtAll) {
  const Mutation failures[] = {
      [](std::optional<Record>&) -> bool { throw std::runtime_error("in the middle"); },
      [](std::optional<Record>& record) {
        record = test::enrolled("bob");
        record->last_service.assign(wire::kMaxService + 1, 'x');  // breaks its own limit
        return true;
      },
      put("somebody else"),  // a name that is not the key's
  };
  for (const auto& failure : failures) {
    Storage storage;
    std::vector<Change> batch;
    batch.push_back({"alice", put("alice"), {}});
    batch.push_back({"bob", failure, {}});
    batch.push_back({"carol", put("carol"), {}});
    EXPECT_FALSE(storage.store().apply(batch));
    EXPECT_EQ(walk(storage.store()), Users{});
    EXPECT_EQ(storage.open(), std::nullopt);
    EXPECT_TRUE(storage.store().empty());
  }
}

TEST(LmdbStore, WrongKeyRefusesAndChangesNothing) {
  Storage storage;
  storage.put(test::enrolled());
  const auto error = storage.open(test::kOtherRingText);
  ASSERT_TRUE(error.has_value());
  EXPECT_NE(error->find("key ring"), std::string::npos);
  EXPECT_EQ(storage.open(), std::nullopt);
  EXPECT_EQ(storage.get("alice").uid, 1000U);
}

TEST(LmdbStore, WithoutUsersAnotherRingIsTaken) {
  Storage storage;
  EXPECT_TRUE(storage.store().empty());
  EXPECT_EQ(storage.open(test::kOtherRingText), std::nullopt);
  storage.put(test::enrolled());
  EXPECT_TRUE(storage.open(test::kRingText).has_value()) << "now it is the database's";
}

TEST(LmdbStore, ARingWithTheOldKeyBehindANewOneOpens) {
  Storage storage;
  storage.put(test::enrolled());
  EXPECT_EQ(storage.open(test::kOtherRingText + test::kRingText), std::nullopt);
  EXPECT_EQ(storage.get("alice").uid, 1000U);
}

TEST(LmdbStore, DecoysAreThereAndNobodySeesThem) {
  Storage storage;
  std::set<std::string> names;
  for (int i = 0; i < 1000; ++i) names.insert(decoy_name("user" + std::to_string(i)));
  EXPECT_EQ(names.size(), kDecoys);
  std::set<std::string> secrets;
  for (const auto& name : names) {
    EXPECT_TRUE(is_decoy(name));
    const Record decoy = storage.get(name);
    ASSERT_TRUE(decoy.active.has_value());
    secrets.insert(std::string(test::text(decoy.active->secret.view())));
  }
  EXPECT_EQ(secrets.size(), kDecoys) << "each has a secret of its own";
  EXPECT_TRUE(storage.store().empty());
  EXPECT_EQ(walk(storage.store()), Users{});
  storage.put(test::enrolled());
  EXPECT_FALSE(storage.store().empty());
  EXPECT_EQ(walk(storage.store()), Users{"alice"});
}

TEST(LmdbStore, DecoysKeepTheirSecretsOverRestarts) {
  Storage storage;
  storage.put(test::enrolled());
  const Record before = storage.get(decoy_name("x"));
  storage.open();
  EXPECT_TRUE(std::ranges::equal(storage.get(decoy_name("x")).active->secret.view(), before.active->secret.view()));
}

TEST(LmdbStore, WalksInOrderFromAName) {
  Storage storage;
  for (const char* user : {"dora", "alice", "carol", "bob"}) storage.put(test::enrolled(user));
  EXPECT_EQ(walk(storage.store()), (Users{"alice", "bob", "carol", "dora"}));
  EXPECT_EQ(walk(storage.store(), "bob"), (Users{"carol", "dora"}));
  EXPECT_EQ(walk(storage.store(), "bz"), (Users{"carol", "dora"}));
  EXPECT_EQ(walk(storage.store(), "dora"), Users{});
  int seen = 0;
  ASSERT_TRUE(storage.store().walk("", [&](std::string_view, const Record*) { return ++seen < 2; }));
  EXPECT_EQ(seen, 2);
}

}  // namespace
}  // namespace umbra
