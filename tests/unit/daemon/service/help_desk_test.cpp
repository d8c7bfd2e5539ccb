// Bypass codes, enforcement, clean-up: what an administrator gives, and what clears it away.
#include <gtest/gtest.h>

#include <string>

#include "daemon/service/sweeper.hpp"
#include "tests/support/whole_daemon.hpp"

namespace umbra {
namespace {

using test::kRoot;
using wire::Status;

struct Host : test::WholeDaemon {
  Host() {
    Record alice = test::enrolled();
    codes = give_backup_codes(alice);
    storage().put(alice);
  }
  auto bypass(std::uint32_t valid = 900) { return send<wire::BypassReply>(kRoot, wire::Bypass{"alice", valid}); }
  bool accepts(std::string_view answer) { return log_in(kRoot, {}, answer).reply.accepted; }

  std::vector<std::string> codes;
};

TEST(Bypass, WorksOnceAtTheSamePrompt) {
  Host host;
  const auto given = host.bypass();
  ASSERT_EQ(given.status, Status::ok);
  EXPECT_EQ(given.reply.expires_at, test::kNow + 900);
  EXPECT_EQ(given.reply.code.size(), 9U);
  EXPECT_TRUE(host.accepts(given.reply.code));
  EXPECT_FALSE(host.accepts(given.reply.code));
  EXPECT_EQ(host.storage().get("alice").backup.remaining(), 10U);
  EXPECT_TRUE(host.accepts(host.codes[0])) << "backup codes go on beside it";
}

TEST(Bypass, EndsInTime) {
  Host host;
  const std::string code(host.bypass(900).reply.code);
  host.clock().advance(899);
  EXPECT_TRUE(host.storage().get("alice").bypass.has_value());
  host.clock().advance(1);
  EXPECT_FALSE(host.accepts(code));
}

TEST(Bypass, SettingTheClockBackDoesNotProlongIt) {
  Host host;
  const std::string code(host.bypass(900).reply.code);
  host.clock().step_wall(-86400);
  host.clock().advance(901);
  EXPECT_FALSE(host.accepts(code));
}

TEST(Bypass, ALaterOneReplacesIt) {
  Host host;
  const std::string first(host.bypass().reply.code), second(host.bypass().reply.code);
  EXPECT_FALSE(host.accepts(first));
  EXPECT_TRUE(host.accepts(second));
}

TEST(Bypass, IsHashedOnceWithTheBackupCodes) {
  Host host;
  host.bypass();
  const Record alice = host.storage().get("alice");
  EXPECT_EQ(alice.bypass->salt, alice.backup.salt);
  EXPECT_NE(alice.bypass->hash, BackupHash{});
}

TEST(Bypass, WithoutBackupCodesToo) {
  Host host;
  host.storage().put(test::enrolled());
  EXPECT_TRUE(host.accepts(host.bypass().reply.code));
}

TEST(Bypass, SaysThatALockRefusesIt) {
  Host host;
  for (int i = 0; i < 5; ++i) host.authfail(kRoot, {});
  const auto given = host.bypass();
  EXPECT_TRUE(given.reply.locked);
  EXPECT_FALSE(host.accepts(given.reply.code));
  host.send<wire::Nothing>(kRoot, wire::Unlock{"alice"});
  EXPECT_TRUE(host.accepts(given.reply.code));
}

TEST(Bypass, WhatCannotBeIsRefused) {
  Host host;
  EXPECT_EQ(host.bypass(0).status, Status::bad_request);
  EXPECT_EQ(host.bypass(wire::kMaxBypass + 1).status, Status::bad_request);
  EXPECT_EQ(host.send<wire::BypassReply>(kRoot, wire::Bypass{"bob", 60}).status, Status::not_set_up);
}

TEST(Bypass, IsInTheTrailWithoutItsText) {
  Host host;
  const std::string code(host.bypass().reply.code);
  host.accepts(code);
  EXPECT_EQ(host.audited(2), (std::vector<std::string>{"bypass alice umbra-totp  accepted ",
                                                       "verify alice sshd 192.0.2.1 accepted bypass"}));
}

TEST(Enforce, IsKeptAndTakenBack) {
  Host host;
  const auto enforced = [&] { return host.send<wire::UserState>(kRoot, wire::StatusOf{"bob"}).reply.enforced; };
  ASSERT_EQ(host.send<wire::Nothing>(kRoot, wire::Enforce{"bob"}).status, Status::ok);
  EXPECT_TRUE(enforced());
  EXPECT_EQ(host.begin(kRoot, {.user = "bob", .nullok = true}, 5).reply.ask, static_cast<std::uint8_t>(wire::Ask::code))
      << "nullok is no way round it";
  ASSERT_EQ(host.send<wire::Nothing>(kRoot, wire::Unenforce{"bob"}).status, Status::ok);
  EXPECT_FALSE(enforced());
}

TEST(Enforce, SurvivesARecordOfAnotherUid) {
  Host host;
  host.send<wire::Nothing>(kRoot, wire::Enforce{"alice"});
  host.names().users["alice"].uid = 2000;
  host.send<wire::SetupReply>(kRoot, wire::Setup{"alice", {}, 0, 0, 0, false});
  EXPECT_TRUE(host.storage().get("alice").enforced);
  EXPECT_EQ(host.storage().get("alice").uid, 2000U);
}

TEST(Sweeper, ClearsWhatHasRunOut) {
  Host host;
  Record alice = host.storage().get("alice");
  alice.reservations = {{test::request_id(1), test::kNow}};
  host.storage().put(alice);
  host.bypass(60);
  Sweeper sweeper(host.context());
  sweeper.sweep();
  host.context().committer.settle();
  EXPECT_TRUE(host.storage().get("alice").bypass.has_value()) << "not before its time";
  host.clock().advance(61);
  sweeper.sweep();
  host.context().committer.settle();
  const Record after = host.storage().get("alice");
  EXPECT_FALSE(after.bypass.has_value());
  EXPECT_TRUE(after.reservations.empty());
  EXPECT_EQ(after.lockout.charged, 1U) << "what a crash left behind is a failure";
}

}  // namespace
}  // namespace umbra
