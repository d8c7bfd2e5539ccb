// Records that somebody changed, cut or moved, and what the database shows of them.
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "tests/support/storage.hpp"

namespace umbra {
namespace {

using test::Storage;
using Users = std::vector<std::string>;

// Changes the bytes of the database while nobody has it open.
void tamper(Storage& storage, const std::function<void(const lmdb::Transaction&, const lmdb::Database&)>& change) {
  storage.close();
  {
    const lmdb::Environment env(storage.path(), LmdbStore::kMapSize, 4);
    lmdb::Transaction txn(env, lmdb::Transaction::Mode::write);
    const lmdb::Database users(txn, "users");
    change(txn, users);
    txn.commit();
  }
  EXPECT_EQ(storage.open(), std::nullopt);
}

TEST(LmdbStore, DamageIsAnErrorForThatUserAlone) {
  using Damage = std::function<void(const lmdb::Transaction&, const lmdb::Database&)>;
  const auto changed = [](std::size_t at) {
    return [at](const lmdb::Transaction& txn, const lmdb::Database& users) {
      std::string token(users.get(txn, "bob").value());
      token[at] = token[at] == 'A' ? 'B' : 'A';
      users.put(txn, "bob", token);
    };
  };
  const struct {
    const char* name;
    Damage damage;
  } table[] = {
      {"a changed byte at the front", changed(0)},
      {"a changed byte inside", changed(100)},
      {"cut",
       [](const auto& txn, const auto& users) {
         const std::string token(users.get(txn, "bob").value());
         users.put(txn, "bob", token.substr(0, token.size() - 4));
       }},
      {"empty", [](const auto& txn, const auto& users) { users.put(txn, "bob", ""); }},
      {"another user's record",
       [](const auto& txn, const auto& users) { users.put(txn, "bob", std::string(users.get(txn, "alice").value())); }},
      {"a decoy's record",
       [](const auto& txn, const auto& users) {
         users.put(txn, "bob", std::string(users.get(txn, decoy_name("x")).value()));
       }},
      {"sealed by another key",
       [](const auto& txn, const auto& users) {
         std::vector<std::uint8_t> plain(kMaxRecordSize);
         plain.resize(encode_record(test::enrolled("bob"), plain));
         users.put(txn, "bob", test::ring(test::kOtherRingText)->seal(plain, test::kNow));
       }},
      {"no record though well sealed",
       [](const auto& txn, const auto& users) {
         users.put(txn, "bob", test::ring()->seal(test::bytes("umbra-totp record store 1"), test::kNow));
       }},
  };
  for (const auto& row : table) {
    Storage storage;
    for (const char* user : {"alice", "bob", "carol"}) storage.put(test::enrolled(user));
    tamper(storage, row.damage);
    EXPECT_FALSE(storage.store().read("bob").has_value()) << row.name;

    bool bob_ran = false;
    std::vector<Change> batch;
    for (const char* user : {"alice", "bob", "carol"})
      batch.push_back({user,
                       [&bob_ran, user](std::optional<Record>& record) {
                         bob_ran = bob_ran || std::string(user) == "bob";
                         record->generation = 77;
                         return true;
                       },
                       {}});
    ASSERT_TRUE(storage.store().apply(batch)) << row.name;
    EXPECT_FALSE(batch[0].error || batch[2].error) << row.name;
    EXPECT_TRUE(batch[1].error.has_value()) << row.name;
    EXPECT_FALSE(bob_ran) << row.name;
    EXPECT_EQ(storage.get("alice").generation, 77U) << row.name;
    EXPECT_EQ(storage.get("carol").generation, 77U) << row.name;
    EXPECT_EQ(test::walk(storage.store()), (Users{"alice", "bob (damaged)", "carol"})) << row.name;
  }
}

TEST(LmdbStore, NothingOfARecordIsReadableInTheFile) {
  Storage storage;
  storage.put(test::enrolled("a-name-that-is-long-enough-to-find"));
  storage.close();
  const std::string data = test::read_file(storage.path() + "/data.mdb");
  ASSERT_NE(data.find("a-name-that-is-long-enough-to-find"), std::string::npos) << "the key is the name";
  EXPECT_EQ(data.find(test::kSecretText), std::string::npos);
}

TEST(LmdbStore, ADamagedRecordIsForgottenByWhoSaysSo) {
  Storage storage;
  storage.put(test::enrolled("bob"));
  tamper(storage, [](const auto& txn, const auto& users) { users.put(txn, "bob", "no token"); });
  const auto forget = [&](bool damaged_too) {
    std::vector<Change> batch = {
        {"bob", [](std::optional<Record>& record) { return record.reset(), true; }, {}, damaged_too}};
    EXPECT_TRUE(storage.store().apply(batch).has_value());
    return !batch[0].error.has_value();
  };
  EXPECT_FALSE(forget(false));
  EXPECT_FALSE(storage.store().read("bob").has_value()) << "it stays what it is";
  EXPECT_TRUE(forget(true));
  const auto gone = storage.store().read("bob");
  ASSERT_TRUE(gone.has_value());
  EXPECT_FALSE(gone->has_value());
}

}  // namespace
}  // namespace umbra
