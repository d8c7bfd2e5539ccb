// One counter for passwords and codes, one budget for each source: preauth, authfail, verify, complete together.
#include <gtest/gtest.h>

#include <string>

#include "tests/support/whole_daemon.hpp"

namespace umbra {
namespace {

using test::kAlice;
using test::kRoot;

struct Host : test::WholeDaemon {
  Host() { storage().put(test::enrolled()); }
  unsigned failures() { return storage().get("alice").lockout.recent_count; }
  bool locked(const Login& login = {}) { return preauth(kRoot, login).reply.locked; }
  bool accepts(const Login& login = {}) { return log_in(kRoot, login, code()).reply.accepted; }
};

TEST(SharedLockout, PasswordsAndCodesCountTogether) {
  Host host;
  for (int i = 0; i < 3; ++i) host.authfail(kRoot, {});
  host.log_in(kRoot, {}, host.wrong());
  EXPECT_EQ(host.failures(), 4U);
  EXPECT_FALSE(host.locked());
  const auto last = host.log_in(kRoot, {}, host.wrong());
  EXPECT_TRUE(last.reply.locked) << "told to root's peers";
  EXPECT_TRUE(host.locked());
  EXPECT_FALSE(host.accepts());
  host.clock().advance(1800);
  EXPECT_FALSE(host.locked());
  EXPECT_TRUE(host.accepts());
}

TEST(SharedLockout, OnlyACompletedLoginResets) {
  Host host;
  for (int i = 0; i < 3; ++i) host.authfail(kRoot, {});
  const auto verified = host.log_in(kRoot, {}, host.code());
  ASSERT_TRUE(verified.reply.accepted);
  EXPECT_EQ(host.failures(), 3U) << "a right code alone";
  host.complete(kRoot, verified.reply.verified);
  EXPECT_EQ(host.failures(), 0U);
}

// Who has the code and guesses passwords: his own right codes must not give him new attempts.
TEST(SharedLockout, AFailureBehindTheCodeIsNotForgotten) {
  Host host;
  const auto verified = host.log_in(kRoot, {}, host.code());
  host.authfail(kRoot, {});
  host.complete(kRoot, verified.reply.verified);
  EXPECT_EQ(host.failures(), 1U);
}

TEST(SharedLockout, WhatNobodyTypedIsNotCharged) {
  Host host;
  for (int i = 0; i < 30; ++i) {
    const auto answered = host.authfail(kRoot, {}, false);
    EXPECT_TRUE(answered.held) << "and answered like what is charged";
  }
  EXPECT_EQ(host.storage().get("alice").lockout.charged, 0U);
  EXPECT_FALSE(host.locked());
}

TEST(SharedLockout, ALockIsNotExtended) {
  Host host;
  for (int i = 0; i < 5; ++i) host.authfail(kRoot, {});
  const auto until = host.storage().get("alice").lockout.locked_until;
  host.clock().advance(1000);
  for (int i = 0; i < 10; ++i) host.authfail(kRoot, {.rhost = "192.0.2.99"});
  EXPECT_EQ(host.storage().get("alice").lockout.locked_until, until);
  EXPECT_EQ(host.storage().get("alice").lockout.charged, 5U);
}

TEST(SharedLockout, NoAttemptCreatesARow) {
  Host host;
  for (const char* user : {"bob", "mallory", "", "../etc"})
    for (int i = 0; i < 6; ++i) host.authfail(kRoot, {.user = user, .rhost = "192.0.2." + std::to_string(i)});
  EXPECT_EQ(test::walk(host.storage().store()), std::vector<std::string>{"alice"});
}

TEST(SharedLockout, RootIsLockedOnlyWhereThatIsAsked) {
  Host host;
  host.storage().put(test::enrolled("root", 0));
  const test::WholeDaemon::Login root{.user = "root"};
  for (int i = 0; i < 6; ++i) host.authfail(kRoot, root);
  EXPECT_FALSE(host.locked(root));
  host.configure([](Config& config) { config.lockout.even_deny_root = true; });
  for (int i = 0; i < 6; ++i) host.authfail(kRoot, root);
  EXPECT_TRUE(host.locked(root));
  host.clock().advance(60);
  EXPECT_FALSE(host.locked(root));
}

TEST(Sources, OneSourceIsRefusedAndOthersAreNot) {
  Host host;
  host.configure([](Config& config) { config.source.failures = 4; });
  for (int i = 0; i < 4; ++i) host.log_in(kRoot, {.user = "mallory" + std::to_string(i)}, "123456");
  EXPECT_TRUE(host.locked()) << "the source, for every user";
  EXPECT_FALSE(host.accepts()) << "unseen";
  EXPECT_EQ(host.failures(), 0U) << "and it costs the user nothing";
  host.authfail(kRoot, {});
  EXPECT_EQ(host.failures(), 0U);
  EXPECT_FALSE(host.locked({.rhost = "192.0.2.2"}));
  EXPECT_TRUE(host.accepts({.rhost = "192.0.2.2"}));
  host.clock().advance(15 * 60 + 61);
  EXPECT_FALSE(host.locked());
}

TEST(Sources, AreBelievedFromRootAlone) {
  Host host;
  host.configure([](Config& config) { config.source.failures = 2; });
  for (int i = 0; i < 3; ++i) host.log_in(kAlice, {}, host.wrong());
  EXPECT_FALSE(host.locked()) << "a locker cannot spend the budget of an address";
  EXPECT_EQ(host.failures(), 3U);
}

TEST(Sources, ReplaysCountThereAndNotForTheUser) {
  Host host;
  host.configure([](Config& config) { config.source.failures = 3; });
  const std::string code = host.code();
  ASSERT_TRUE(host.log_in(kRoot, {}, code).reply.accepted);
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(host.log_in(kRoot, {}, code).reply.accepted);
  EXPECT_EQ(host.failures(), 0U);
  EXPECT_TRUE(host.locked());
}

TEST(Sources, ExemptNetworksHaveNoBudget) {
  Host host;
  host.configure([](Config& config) {
    config.source.failures = 1;
    config.source.exempt = {*Network::parse("192.0.2.0/24")};
  });
  for (int i = 0; i < 9; ++i) host.log_in(kRoot, {.user = "mallory"}, "123456");
  EXPECT_FALSE(host.locked());
}

TEST(Audit, EveryDecisionWithWhoWhereAndWhy) {
  Host host;
  const std::string code = host.code();
  host.authfail(kRoot, {});
  ASSERT_TRUE(host.log_in(kRoot, {}, code).reply.accepted);
  host.log_in(kRoot, {.service = "sudo", .tty = "/dev/pts/1", .rhost = ""}, code);
  host.log_in(kRoot, {.user = "mallory"}, "123456");
  host.begin(kAlice, {.user = "root"}, 7);
  host.begin(kRoot, {.user = "bob", .nullok = true}, 8);
  const std::vector<std::string> expected = {
      "authfail alice sshd 192.0.2.1 refused wrong_password",
      "begin (not the caller) sshd uid 1000 refused not_permitted",
      "begin bob sshd 192.0.2.1 accepted not_enrolled",
      "verify (unknown or not enrolled) sshd 192.0.2.1 refused not_enrolled",
      "verify alice sshd 192.0.2.1 accepted ",
      "verify alice sudo /dev/pts/1 refused replayed",
  };
  EXPECT_EQ(host.audited(expected.size()), expected);
}

}  // namespace
}  // namespace umbra
