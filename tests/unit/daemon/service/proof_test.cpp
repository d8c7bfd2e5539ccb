// Fresh backup codes and disable: by password and code, in one step, at the price of one counter.
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "tests/support/whole_daemon.hpp"

namespace umbra {
namespace {

using test::kAlice;
using test::kRoot;
using wire::Reason;
using wire::Status;

constexpr std::string_view kPassword = "alice's password";

struct Host : test::WholeDaemon {
  Host() {
    Record alice = test::enrolled();
    codes = give_backup_codes(alice);
    storage().put(alice);
  }
  auto disable(const Peer& peer, std::string_view password, std::string_view answer) {
    return send<wire::ProvenReply>(peer, wire::Disable{"alice", password, answer});
  }
  auto renew(const Peer& peer, std::string_view password, std::string_view answer) {
    return send<wire::ProvenReply>(peer, wire::BackupCodes{"alice", password, answer});
  }
  unsigned failures() { return storage().get("alice").lockout.recent_count; }

  std::vector<std::string> codes;
};

TEST(Proof, FreshCodesReplaceTheOldOnes) {
  Host host;
  const auto renewed = host.renew(kAlice, kPassword, host.code());
  ASSERT_TRUE(renewed.reply.accepted);
  EXPECT_EQ(renewed.reply.backup_codes.size(), 100U);
  EXPECT_FALSE(host.log_in(kRoot, {}, host.codes[0]).reply.accepted) << "the old ones are dead";
  EXPECT_TRUE(host.log_in(kRoot, {}, renewed.reply.backup_codes.substr(0, 9)).reply.accepted);
  EXPECT_EQ(host.storage().get("alice").backup.remaining(), 9U);
  EXPECT_FALSE(host.log_in(kRoot, {}, host.code()).reply.accepted) << "the code was burnt";
}

TEST(Proof, ABackupCodeProvesToo) {
  Host host;
  const auto renewed = host.renew(kAlice, kPassword, host.codes[3]);
  ASSERT_TRUE(renewed.reply.accepted);
  EXPECT_EQ(host.storage().get("alice").backup.remaining(), 10U) << "of the new ones none is spent";
}

TEST(Proof, DisableForgetsSecretAndCodesAndKeepsTheCounter) {
  Host host;
  host.log_in(kRoot, {}, host.wrong());
  ASSERT_TRUE(host.disable(kAlice, kPassword, host.code()).reply.accepted);
  const Record alice = host.storage().get("alice");
  EXPECT_FALSE(alice.active || alice.pending || alice.bypass);
  EXPECT_TRUE(alice.backup.codes.empty());
  EXPECT_EQ(alice.lockout.recent_count, 1U);
  EXPECT_EQ(host.disable(kAlice, kPassword, host.code(1)).status, Status::not_set_up);
}

TEST(Proof, DisableAskedAgainUnderItsIdIsDone) {
  Host host;
  const std::string code = host.code();
  const wire::Disable message{"alice", kPassword, code};
  ASSERT_TRUE(host.send<wire::ProvenReply>(kAlice, message, 5).reply.accepted);
  EXPECT_TRUE(host.send<wire::ProvenReply>(kAlice, message, 5).reply.accepted);
  EXPECT_EQ(host.send<wire::ProvenReply>(kAlice, message, 6).status, Status::not_set_up);
}

TEST(Proof, EitherWrongChangesNothingAndIsCharged) {
  const struct {
    const char* name;
    std::string_view password;
    bool right_code;
    unsigned asked;
  } table[] = {{"password", "guess", true, 1}, {"code", kPassword, false, 1}, {"both", "guess", false, 1}};
  for (const auto& row : table) {
    Host host;
    const std::string answer = row.right_code ? host.code() : host.wrong();
    const auto refused = host.disable(kAlice, row.password, answer);
    EXPECT_FALSE(refused.reply.accepted) << row.name;
    EXPECT_TRUE(refused.held) << row.name;
    EXPECT_EQ(refused.reply.reason, 0) << row.name << ": only root hears why";
    EXPECT_EQ(host.failures(), 1U) << row.name;
    EXPECT_EQ(host.passwords().asked, row.asked) << row.name;
    EXPECT_TRUE(host.storage().get("alice").active.has_value()) << row.name;
    EXPECT_EQ(host.storage().get("alice").backup.remaining(), 10U) << row.name;
    EXPECT_EQ(host.log_in(kRoot, {}, answer).reply.accepted, row.right_code) << "a right code was not even read";
  }
}

TEST(Proof, AnEmptyPasswordIsNoGuess) {
  Host host;
  const auto refused = host.disable(kAlice, {}, host.code());
  EXPECT_FALSE(refused.reply.accepted);
  EXPECT_TRUE(refused.held);
  EXPECT_EQ(host.failures(), 0U);
  EXPECT_EQ(host.passwords().asked, 0U);
  EXPECT_TRUE(host.storage().get("alice").active.has_value());
}

TEST(Proof, RootGivesNeither) {
  Host host;
  EXPECT_TRUE(host.renew(kRoot, {}, {}).reply.accepted);
  EXPECT_TRUE(host.disable(kRoot, {}, {}).reply.accepted);
  EXPECT_EQ(host.passwords().asked, 0U);
}

TEST(Proof, WithoutTheHelperNothingIsDecided) {
  Host host;
  host.passwords().broken = true;
  EXPECT_EQ(host.disable(kAlice, kPassword, host.code()).status, Status::unavailable);
  const Record alice = host.storage().get("alice");
  EXPECT_EQ(alice.lockout.charged, 0U);
  EXPECT_TRUE(alice.reservations.empty());
}

// However many ask at once: no more passwords are looked at than the counter allows.
TEST(Proof, ParallelGuessesNeverBeatTheLimit) {
  Host host;
  std::vector<std::jthread> threads;
  for (std::uint64_t i = 0; i < 32; ++i)
    threads.emplace_back([&host, i] {
      const std::string guess = "guess " + std::to_string(i);
      host.send<wire::ProvenReply>(kAlice, wire::Disable{"alice", guess, "123456"}, 100 + i);
    });
  threads.clear();
  EXPECT_LE(host.passwords().asked, 5U);
  EXPECT_GE(host.passwords().asked, 1U);
  EXPECT_EQ(host.storage().get("alice").lockout.charged, host.passwords().asked);
  EXPECT_TRUE(host.storage().get("alice").reservations.empty());
}

TEST(Proof, TheTrailSaysWhatWasDone) {
  Host host;
  host.renew(kAlice, "guess", host.code());
  host.renew(kAlice, kPassword, host.code());
  host.disable(kRoot, {}, {});
  EXPECT_EQ(host.audited(3), (std::vector<std::string>{"backup-codes alice umbra-totp  accepted ",
                                                       "backup-codes alice umbra-totp  refused wrong_password",
                                                       "disable alice umbra-totp  accepted "}));
}

}  // namespace
}  // namespace umbra
