// Request ids: what a caller hears who asks again, and what he cannot get by it.
#include <gtest/gtest.h>

#include <string>

#include "tests/support/login.hpp"

namespace umbra {
namespace {

using test::Login;
using wire::Reason;

TEST(VerifyAndBurn, AskedAgainHearsTheSame) {
  Login login;
  const Attempt first = test::attempt(login.code(), login.now, 77);
  const Decision one = login.judge(first);
  ASSERT_EQ(one.verdict, Verdict::accepted);
  login.now += 45;
  const Decision two = login.judge(test::attempt(login.code(-1), login.now, 77));
  EXPECT_EQ(two.verdict, Verdict::accepted);
  EXPECT_EQ(two.step, one.step);
  EXPECT_EQ(login.refusal(login.code(-1)), Reason::replayed) << "under another id it is a replay";
}

TEST(VerifyAndBurn, AskedAgainOnlyForTheSameInTime) {
  const struct {
    const char* name;
    Purpose purpose;
    std::int64_t later;
    bool accepted;
  } table[] = {
      {"at once", Purpose::login, 0, true},
      {"while a caller may wait", Purpose::login, kRetryLife, true},
      {"later", Purpose::login, kRetryLife + 1, false},
      {"on a clock that went back", Purpose::login, -1, false},
      {"for another purpose", Purpose::check, 0, false},
      {"to replace the secret", Purpose::setup, 0, false},
  };
  for (const auto& row : table) {
    Login login;
    login.rules.window = 10;
    const std::string code = login.code();
    ASSERT_EQ(login.judge(test::attempt(code, login.now, 77)).verdict, Verdict::accepted);
    Attempt again = test::attempt(code, login.now + row.later, 77);
    again.purpose = row.purpose;
    const Decision decision = login.judge(again);
    EXPECT_EQ(decision.verdict == Verdict::accepted, row.accepted) << row.name;
    EXPECT_EQ(decision.reason, row.accepted ? Reason::unspecified : Reason::replayed) << row.name;
  }
}

// Whoever keeps an accepted id could otherwise guess, ask again and have `complete` forget what he guessed.
TEST(VerifyAndBurn, AskedAgainForgetsNothingChargedSince) {
  Login login;
  const std::string code = login.code();
  ASSERT_EQ(login.judge(test::attempt(code, login.now, 77)).verdict, Verdict::accepted);
  for (int i = 0; i < 4; ++i) login.refusal(login.wrong());
  const Decision again = login.judge(test::attempt(code, login.now, 77));
  ASSERT_EQ(again.verdict, Verdict::accepted);
  EXPECT_FALSE(lockout::complete(login.record.lockout, again.charged));
  EXPECT_EQ(login.failures(), 4U);
}

TEST(VerifyAndBurn, AnotherCodeUnderASpentIdIsRefused) {
  Login login;
  ASSERT_EQ(login.judge(test::attempt(login.code(), login.now, 77)).verdict, Verdict::accepted);
  for (const auto& typed : {login.code(1), login.code(-1), login.wrong(), std::string("ABCD-EFGH"), std::string("?")}) {
    const Decision decision = login.judge(test::attempt(typed, login.now, 77));
    EXPECT_EQ(decision.verdict, Verdict::refused) << typed;
    EXPECT_EQ(decision.reason, Reason::spent_challenge) << typed;
  }
  EXPECT_TRUE(login.accepts(login.code(1))) << "it was not burnt";
}

TEST(VerifyAndBurn, ARefusedIdMayTryAgainAndIsCharged) {
  Login login;
  EXPECT_EQ(login.judge(test::attempt(login.wrong(), login.now, 77)).verdict, Verdict::refused);
  EXPECT_EQ(login.judge(test::attempt(login.wrong(), login.now, 77)).verdict, Verdict::refused);
  EXPECT_EQ(login.failures(), 2U);
  EXPECT_EQ(login.judge(test::attempt(login.code(), login.now, 77)).verdict, Verdict::accepted);
}

TEST(VerifyAndBurn, AcceptancesAreFewAndForgotten) {
  Login login;
  for (std::uint64_t i = 0; i < 20; ++i) {
    EXPECT_EQ(login.judge(test::attempt(login.code(), login.now, i)).verdict, Verdict::accepted);
    login.now += 30;
    EXPECT_LE(login.record.acceptances.size(), kMaxAcceptances);
  }
  login.now += 3600;
  EXPECT_TRUE(login.accepts(login.code()));
  EXPECT_EQ(login.record.acceptances.size(), 1U);
}

}  // namespace
}  // namespace umbra
