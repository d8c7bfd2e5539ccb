// Codes before a record: window, replay, lockout, request ids. Backup codes are in reservation_test.cpp.
#include "daemon/rules/verify_and_burn.hpp"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/login.hpp"

namespace umbra {
namespace {

using test::Login;
using wire::Reason;

TEST(VerifyAndBurn, EveryAlgorithmAndLength) {
  for (const auto algorithm : {wire::Algorithm::sha1, wire::Algorithm::sha256, wire::Algorithm::sha512})
    for (const unsigned digits : {6U, 7U, 8U})
      for (const std::uint32_t period : {15U, 30U, 60U}) {
        Login login;
        login.record.active = test::credential(algorithm, digits, period);
        const Decision decision = login.type(login.code());
        EXPECT_EQ(decision.verdict, Verdict::accepted) << digits << " " << period;
        EXPECT_EQ(decision.step, time_step(login.now, period));
      }
}

TEST(VerifyAndBurn, TheWindowAndNoStepMore) {
  for (const unsigned window : {0U, 1U, 2U, 10U})
    for (int offset = -12; offset <= 12; ++offset) {
      Login login;
      login.rules.window = window;
      const bool inside = static_cast<unsigned>(std::abs(offset)) <= window;
      EXPECT_EQ(login.accepts(login.code(offset)), inside) << window << " " << offset;
      EXPECT_EQ(login.failures(), inside ? 0U : 1U);
    }
}

TEST(VerifyAndBurn, CodesOfOtherLengthsAreWrong) {
  for (const unsigned digits : {6U, 7U, 8U}) {
    Login login;
    login.record.active = test::credential(wire::Algorithm::sha1, digits);
    for (const unsigned other : {6U, 7U, 8U}) {
      if (other == digits) continue;
      const auto wrong = test::credential(wire::Algorithm::sha1, other);
      EXPECT_EQ(login.refusal(test::code_text(wrong, login.now)), Reason::wrong_code) << digits << " " << other;
    }
    EXPECT_TRUE(login.accepts(login.code())) << digits;
  }
}

TEST(VerifyAndBurn, OrderOfSteps) {
  struct Typed {
    int offset;
    bool accepted;
  };
  const struct {
    const char* name;
    bool strict;
    std::initializer_list<Typed> answers;
  } table[] = {
      {"T-1 then T", false, {{-1, true}, {0, true}}},
      {"T then T-1", false, {{0, true}, {-1, true}}},
      {"T+1, T, T-1", false, {{1, true}, {0, true}, {-1, true}}},
      {"T-1 then T, strict", true, {{-1, true}, {0, true}, {1, true}}},
      {"T then T-1, strict", true, {{0, true}, {-1, false}, {1, true}}},
      {"never twice", false, {{0, true}, {0, false}, {-1, true}, {-1, false}, {0, false}, {1, true}, {1, false}}},
  };
  for (const auto& row : table) {
    Login login;
    login.rules.strict_order = row.strict;
    for (const auto& typed : row.answers)
      EXPECT_EQ(login.accepts(login.code(typed.offset)), typed.accepted) << row.name << " " << typed.offset;
    EXPECT_EQ(login.failures(), 0U) << row.name << ": who replays is not charged";
  }
}

TEST(VerifyAndBurn, AReplayIsNamedAndStaysOne) {
  Login login;
  const std::string code = login.code();
  ASSERT_TRUE(login.accepts(code));
  for (const int seconds : {0, 1, 29, 30, 59}) {
    login.now = test::kNow + seconds;
    EXPECT_EQ(login.refusal(code), Reason::replayed) << seconds;
    EXPECT_EQ(login.refusal(" " + code + "\n"), Reason::replayed) << "white space makes no new code";
  }
  login.now = test::kNow + 60;
  EXPECT_EQ(login.refusal(code), Reason::wrong_code) << "out of the window it is no code at all";
}

TEST(VerifyAndBurn, AClockThatGoesBackReopensNothing) {
  Login login;
  const auto later = test::kNow + 365 * 86400;
  ASSERT_TRUE(login.accepts(login.code()));
  login.now = later;
  ASSERT_TRUE(login.accepts(login.code()));
  login.now = test::kNow;
  for (const int offset : {-1, 0, 1}) EXPECT_EQ(login.refusal(login.code(offset)), Reason::replayed) << offset;
}

// Two steps with one code: found by search over this secret.
TEST(VerifyAndBurn, StepsWithTheSameCodeAreSpentTogether) {
  const struct {
    std::uint64_t step;
    std::uint64_t apart;
    const char* code;
  } table[] = {{57766335, 1, "251166"}, {59061240, 1, "963181"}, {57017782, 2, "882938"}, {57367617, 2, "601887"}};
  for (const auto& row : table) {
    Login login;
    login.now = static_cast<std::int64_t>((row.step + 1) * 30);
    const auto now = time_step(login.now, 30);
    ASSERT_EQ(login.code(static_cast<int>(row.step - now)), row.code);
    ASSERT_EQ(login.code(static_cast<int>(row.step + row.apart - now)), row.code);
    const Decision decision = login.type(row.code);
    EXPECT_EQ(decision.verdict, Verdict::accepted);
    EXPECT_EQ(decision.step, row.step);
    EXPECT_TRUE(login.record.window.spent(row.step) && login.record.window.spent(row.step + row.apart));
    EXPECT_EQ(login.refusal(row.code), Reason::replayed);
    login.now += 30 * static_cast<std::int64_t>(row.apart);
    EXPECT_EQ(login.refusal(row.code), Reason::replayed) << "nor as the later step's";
  }
}

TEST(VerifyAndBurn, WhatIsChargedAndWhatNot) {
  const struct {
    const char* name;
    std::string typed;
    Reason reason;
    unsigned charged;
  } table[] = {
      {"wrong", test::wrong_code(test::credential(), test::kNow), Reason::wrong_code, 1},
      {"malformed", "what is this?", Reason::malformed, 1},
      {"too long", std::string(wire::kMalformedAnswer), Reason::malformed, 1},
      {"control bytes", "\x1b[2J", Reason::malformed, 1},
      {"backup code without a set", "ABCD-EFGH", Reason::wrong_code, 1},
      {"empty", "", Reason::malformed, 0},
      {"white space", " \t\n", Reason::malformed, 0},
      {"sshd's junk", std::string(wire::kJunkAnswer) + "INCORRECT", Reason::malformed, 0},
  };
  for (const auto& row : table) {
    Login login;
    EXPECT_EQ(login.refusal(row.typed), row.reason) << row.name;
    EXPECT_EQ(login.failures(), row.charged) << row.name;
    EXPECT_EQ(login.record.window, ReplayWindow{}) << row.name;
  }
}

TEST(VerifyAndBurn, AttemptsLeftCountDownToTheLock) {
  Login login;
  for (unsigned left = 4; left > 0; --left) {
    const Decision decision = login.type(login.wrong());
    EXPECT_EQ(decision.attempts_left, left);
    EXPECT_FALSE(decision.locked);
  }
  const Decision last = login.type(login.wrong());
  EXPECT_EQ(last.reason, Reason::wrong_code);
  EXPECT_EQ(last.attempts_left, 0U);
  EXPECT_TRUE(last.locked);
}

TEST(VerifyAndBurn, LockedRefusesTheRightCodeAndBurnsNothing) {
  Login login;
  login.lock();
  const ReplayWindow before = login.record.window;
  const auto charged = login.record.lockout.charged;
  for (const auto& typed : {login.code(), login.wrong(), std::string("ABCD-EFGH"), std::string()}) {
    const Decision decision = login.type(typed);
    EXPECT_EQ(decision.verdict, Verdict::refused);
    EXPECT_EQ(decision.reason, Reason::locked);
    EXPECT_TRUE(decision.locked);
  }
  EXPECT_EQ(login.record.window, before);
  EXPECT_EQ(login.record.lockout.charged, charged) << "a lock is not charged while it holds";
  login.now = login.record.lockout.locked_until;
  EXPECT_TRUE(login.accepts(login.code()));
}

TEST(VerifyAndBurn, RootIsChargedAndNotLocked) {
  Login login;
  login.record.uid = 0;
  for (int i = 0; i < 20; ++i) EXPECT_EQ(login.refusal(login.wrong()), Reason::wrong_code);
  EXPECT_EQ(login.record.lockout.charged, 20U);
  EXPECT_TRUE(login.accepts(login.code()));
}

TEST(VerifyAndBurn, EvenDenyRoot) {
  Login login;
  login.record.uid = 0;
  login.rules.lockout.even_deny_root = true;
  login.lock();
  EXPECT_EQ(login.refusal(login.code()), Reason::locked);
  login.now += 60;
  EXPECT_TRUE(login.accepts(login.code()));
}

TEST(VerifyAndBurn, AnAcceptedCodeResetsNothing) {
  Login login;
  login.type(login.wrong());
  login.type(login.wrong());
  const Decision decision = login.type(login.code());
  ASSERT_EQ(decision.verdict, Verdict::accepted);
  EXPECT_EQ(decision.charged, 2U) << "what `complete` may forget";
  EXPECT_EQ(login.failures(), 2U) << "the password may still be wrong";
}

TEST(VerifyAndBurn, AnAbandonedReservationIsNoFailure) {
  Login login;
  login.give_backup_codes();
  const Attempt attempt = test::attempt("ABCD-EFGH", login.now, 5);
  ASSERT_EQ(login.judge(attempt).verdict, Verdict::hash_backup_code);
  abandon(login.record, attempt);
  login.now += kReservationLife + 1;
  EXPECT_EQ(login.refusal(login.wrong()), Reason::wrong_code);
  EXPECT_EQ(login.failures(), 1U);
}

TEST(VerifyAndBurn, StepsBeforeTheEpochDoNotWrap) {
  Login login;
  login.rules.window = 10;
  login.now = 5;
  EXPECT_TRUE(login.accepts(login.code(1)));
  login.now = -1'000'000;
  EXPECT_EQ(login.refusal(login.wrong()), Reason::wrong_code);
}

TEST(VerifyAndBurn, BurnsInTheWindowItIsGiven) {
  Login login;
  const Credential pending = test::credential(wire::Algorithm::sha256, 8, 60, "pending");
  ReplayWindow window;
  const Attempt attempt = test::attempt(test::code_text(pending, login.now), login.now, 1);
  EXPECT_EQ(verify_and_burn(login.record, pending, window, attempt, login.rules).verdict, Verdict::accepted);
  EXPECT_TRUE(window.spent(time_step(login.now, 60)));
  EXPECT_EQ(login.record.window, ReplayWindow{});
}

TEST(VerifyAndBurn, WrongCodesForAPendingCredentialLockTheLiveOne) {
  Login login;
  const Credential pending = test::credential(wire::Algorithm::sha1, 6, 30, "pending");
  ReplayWindow window;
  for (std::uint64_t i = 0; i < 5; ++i)
    verify_and_burn(login.record, pending, window, test::attempt(test::wrong_code(pending, login.now), login.now, i),
                    login.rules);
  EXPECT_EQ(login.refusal(login.code()), Reason::locked);
}

}  // namespace
}  // namespace umbra
