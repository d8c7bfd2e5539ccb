#include "daemon/service/accounts.hpp"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/world.hpp"

namespace umbra {
namespace {

using Kind = Subject::Kind;
using test::kAlice;
using test::kRoot;

TEST(Accounts, WhoMayAskForWhom) {
  const test::FakeNames names;
  const std::string long_name(wire::kMaxUser + 1, 'a');
  const struct {
    const char* name;
    Peer peer;
    std::string user;
    Kind kind;
  } table[] = {
      {"root for anybody", kRoot, "alice", Kind::known},
      {"root for nobody", kRoot, "mallory", Kind::unknown},
      {"a user for himself", kAlice, "alice", Kind::known},
      {"a user for another", kAlice, "bob", Kind::not_permitted},
      {"a user for root", kAlice, "root", Kind::not_permitted},
      {"a user for nobody", kAlice, "mallory", Kind::not_permitted},
      {"another spelling", kAlice, "Alice", Kind::not_permitted},
      {"a uid that nobody has", Peer{4242}, "alice", Kind::not_permitted},
      {"no uid", Peer{}, "alice", Kind::not_permitted},
      {"root, no name", kRoot, "", Kind::unknown},
      {"root, a line break", kRoot, "alice\n", Kind::unknown},
      {"root, a decoy's name", kRoot, decoy_name("x"), Kind::unknown},
      {"root, too long", kRoot, long_name, Kind::unknown},
      {"user, no name", kAlice, "", Kind::not_permitted},
  };
  for (const auto& row : table) {
    const Subject subject = find_subject(names, row.peer, row.user);
    EXPECT_EQ(subject.kind, row.kind) << row.name;
    if (row.kind == Kind::known) {
      EXPECT_EQ(subject.account.name, row.user) << row.name;
    }
  }
}

TEST(Accounts, SilentNameServicesAreNoAnswer) {
  test::FakeNames names;
  names.down = true;
  EXPECT_EQ(find_subject(names, kRoot, "alice").kind, Kind::unavailable);
  EXPECT_EQ(find_subject(names, kAlice, "alice").kind, Kind::unavailable);
}

TEST(Accounts, BackupCodesLookLikeThePromise) {
  const auto fresh = make_backup_codes(3, 42);
  ASSERT_TRUE(fresh.has_value());
  EXPECT_EQ(fresh->set.created_at, 42);
  ASSERT_EQ(fresh->set.codes.size(), 3U);
  const std::string text(test::text(fresh->text.view()));
  ASSERT_EQ(text.size(), 30U);
  for (std::size_t i = 0; i < 3; ++i) {
    const std::string line = text.substr(i * 10, 10);
    EXPECT_EQ(line[4], '-');
    EXPECT_EQ(line[9], '\n');
    EXPECT_EQ(line.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-\n"), std::string::npos) << line;
    EXPECT_NE(line.find_first_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ"), std::string::npos) << "never eight digits";
  }
  EXPECT_NE(text.substr(0, 9), text.substr(10, 9));
  EXPECT_NE(fresh->set.codes[0].hash, fresh->set.codes[1].hash);
}

}  // namespace
}  // namespace umbra
