// Passwords before a record: told by the module, or checked here under a reservation. They share the codes' counter.
#include <gtest/gtest.h>

#include <string>

#include "tests/support/login.hpp"

namespace umbra {
namespace {

using test::Login;
using wire::Reason;

struct PasswordLogin : Login {
  Attempt attempt(std::uint64_t number) const { return test::attempt("", now, number); }
  Decision told(bool typed = true) { return charge_password(record, attempt(next_id++), rules, typed); }
  Decision reserve(std::uint64_t number) { return reserve_password(record, attempt(number), rules); }
  Decision settle_one(std::uint64_t number, bool right) {
    return settle_password(record, attempt(number), rules, right);
  }
};

TEST(Password, ATypedOneIsCharged) {
  PasswordLogin login;
  const Decision decision = login.told();
  EXPECT_EQ(decision.verdict, Verdict::refused);
  EXPECT_EQ(decision.reason, Reason::wrong_password);
  EXPECT_TRUE(decision.counts);
  EXPECT_EQ(decision.attempts_left, 4U);
  EXPECT_EQ(login.failures(), 1U);
}

TEST(Password, NobodyTypedItNobodyPays) {
  PasswordLogin login;
  for (int i = 0; i < 20; ++i) {
    const Decision decision = login.told(false);
    EXPECT_EQ(decision.reason, Reason::malformed);
    EXPECT_FALSE(decision.counts);
  }
  EXPECT_EQ(login.record.lockout.charged, 0U);
}

TEST(Password, SharesTheCounterWithCodes) {
  PasswordLogin login;
  for (int i = 0; i < 3; ++i) EXPECT_EQ(login.refusal(login.wrong()), Reason::wrong_code);
  EXPECT_FALSE(login.told().locked);
  EXPECT_TRUE(login.told().locked) << "three codes and two passwords";
  EXPECT_EQ(login.refusal(login.code()), Reason::locked);
}

TEST(Password, ALockedUserIsNeverCharged) {
  PasswordLogin login;
  login.lock();
  const LockoutState before = login.record.lockout;
  for (const bool typed : {true, false}) {
    const Decision decision = login.told(typed);
    EXPECT_EQ(decision.reason, Reason::locked);
    EXPECT_FALSE(decision.counts);
  }
  EXPECT_EQ(login.record.lockout, before);
  login.now = login.record.lockout.locked_until;
  EXPECT_EQ(login.told().reason, Reason::wrong_password) << "and is again when the lock has ended";
}

TEST(Password, ASuspendedUserIsCharged) {
  PasswordLogin login;
  login.record.lockout.consecutive = 100;
  const Decision decision = login.told();
  EXPECT_EQ(decision.reason, Reason::wrong_password);
  EXPECT_TRUE(decision.locked);
  EXPECT_EQ(login.record.lockout.consecutive, 101U);
  for (int i = 0; i < 4; ++i) login.told();
  EXPECT_EQ(login.told().reason, Reason::locked) << "and locked like anybody";
}

TEST(Password, IsReservedWhileItIsChecked) {
  PasswordLogin login;
  EXPECT_EQ(login.reserve(1).verdict, Verdict::check_password);
  EXPECT_EQ(login.record.reservations.size(), 1U);
  EXPECT_EQ(login.failures(), 0U) << "not charged yet";
  abandon(login.record, login.attempt(1));
  EXPECT_TRUE(login.record.reservations.empty());
  EXPECT_EQ(login.record.lockout.charged, 0U) << "nothing was learnt";
  EXPECT_EQ(login.settle_one(1, true).verdict, Verdict::refused) << "nobody settles what was abandoned";
}

TEST(Password, AbandonEndsItsOwnReservationAlone) {
  PasswordLogin login;
  login.reserve(1);
  login.reserve(2);
  abandon(login.record, login.attempt(1));
  ASSERT_EQ(login.record.reservations.size(), 1U);
  EXPECT_EQ(login.record.reservations[0].id, test::request_id(2));
  EXPECT_EQ(login.settle_one(2, true).verdict, Verdict::accepted);
}

TEST(Password, ParallelGuessesAreNeverMoreThanTheLimit) {
  PasswordLogin login;
  login.give_backup_codes();
  login.refusal(login.wrong());
  unsigned checked = 0;
  for (std::uint64_t i = 0; i < 50; ++i) {
    const bool code = i % 2 == 1;
    const auto verdict =
        code ? login.judge(test::attempt("ABCD-EFGH", login.now, i)).verdict : login.reserve(i).verdict;
    if (verdict == (code ? Verdict::hash_backup_code : Verdict::check_password)) ++checked;
  }
  EXPECT_EQ(checked, 4U) << "passwords and backup codes together";
  EXPECT_EQ(login.reserve(60).reason, Reason::locked);
}

TEST(Password, ManyRoundsOfParallelGuessesStayWithinTheLimit) {
  PasswordLogin login;
  unsigned evaluated = 0;
  for (int round = 0; round < 10; ++round) {
    std::vector<std::uint64_t> mine;
    for (std::uint64_t i = 0; i < 20; ++i)
      if (login.reserve(i).verdict == Verdict::check_password) mine.push_back(i);
    for (const std::uint64_t i : mine)
      if (login.settle_one(i, false).reason == Reason::wrong_password) ++evaluated;
  }
  EXPECT_EQ(evaluated, login.rules.lockout.failures);
}

TEST(Password, WrongIsChargedAndRightResetsNothing) {
  PasswordLogin login;
  for (int i = 0; i < 3; ++i) login.told();
  login.reserve(1);
  const LockoutState before = login.record.lockout;
  const Decision right = login.settle_one(1, true);
  EXPECT_EQ(right.verdict, Verdict::accepted);
  EXPECT_FALSE(right.step.has_value() || right.counts);
  EXPECT_EQ(login.record.lockout, before) << "the code is still to come";
  EXPECT_TRUE(login.record.acceptances.empty() && login.record.reservations.empty());
  login.reserve(2);
  const Decision wrong = login.settle_one(2, false);
  EXPECT_EQ(wrong.reason, Reason::wrong_password);
  EXPECT_TRUE(wrong.counts);
  EXPECT_EQ(wrong.attempts_left, 1U);
}

TEST(Password, ALockEndsWhatIsInFlight) {
  PasswordLogin login;
  for (std::uint64_t i = 1; i <= 3; ++i) ASSERT_EQ(login.reserve(i).verdict, Verdict::check_password);
  login.lock();
  for (std::uint64_t i = 1; i <= 3; ++i) {
    const Decision decision = login.settle_one(i, true);
    EXPECT_EQ(decision.verdict, Verdict::refused) << i;
    EXPECT_EQ(decision.reason, Reason::locked) << i;
    EXPECT_FALSE(decision.counts) << i;
  }
  EXPECT_TRUE(login.record.reservations.empty());
}

TEST(Password, NotCheckedWhileLockedOrSuspended) {
  PasswordLogin login;
  login.record.lockout.consecutive = 100;
  EXPECT_EQ(login.reserve(1).reason, Reason::suspended);
  login.record.lockout.consecutive = 0;
  login.lock();
  EXPECT_EQ(login.reserve(2).reason, Reason::locked);
  EXPECT_TRUE(login.record.reservations.empty());
}

TEST(Password, WhatACrashLeavesIsAFailure) {
  PasswordLogin login;
  login.reserve(1);
  login.now += kReservationLife;
  settle_expired(login.record, login.attempt(9), login.rules);
  EXPECT_EQ(login.failures(), 0U) << "not before its time";
  login.now += 1;
  settle_expired(login.record, login.attempt(9), login.rules);
  EXPECT_EQ(login.failures(), 1U);
  EXPECT_TRUE(login.record.reservations.empty());
  EXPECT_EQ(login.settle_one(1, true).verdict, Verdict::refused) << "too late, and paid for";
  EXPECT_EQ(login.failures(), 1U);
}

TEST(SettleExpired, EndsALockAndLeavesTheRest) {
  PasswordLogin login;
  login.lock();
  login.now = login.record.lockout.locked_until;
  settle_expired(login.record, login.attempt(9), login.rules);
  EXPECT_EQ(login.record.lockout.locked_until, 0);
  EXPECT_EQ(login.record.lockout.consecutive, 5U);
  EXPECT_TRUE(login.record.active.has_value());
}

// What goes to the source's budget: guesses that cost, and replays; nothing that was accepted, refused unseen or not
// typed.
TEST(Counts, AChargeAndAReplayAndNothingElse) {
  PasswordLogin login;
  login.give_backup_codes();
  const std::string code = login.code();
  const Decision accepted = login.type(code);
  EXPECT_FALSE(accepted.counts);
  EXPECT_TRUE(login.type(code).counts) << "a replay";
  EXPECT_EQ(login.failures(), 0U);
  EXPECT_TRUE(login.type(login.wrong()).counts);
  EXPECT_TRUE(login.type("?").counts);
  EXPECT_FALSE(login.type("").counts);
  EXPECT_FALSE(login.type(std::string(wire::kJunkAnswer)).counts);

  const Attempt one = test::attempt("ABCD-EFGH", login.now, 1), two = test::attempt("ABCD-EFGH", login.now, 2);
  EXPECT_FALSE(login.judge(one).counts) << "nothing is decided yet";
  login.judge(two);
  EXPECT_FALSE(login.settle(one, 0).counts);
  EXPECT_FALSE(login.judge(one).counts) << "an accepted id that is asked again";
  EXPECT_TRUE(login.settle(two, 0).counts) << "a backup code's replay";
  EXPECT_FALSE(login.settle(two, 0).counts) << "nothing was reserved";
  login.lock();
  EXPECT_FALSE(login.type(login.wrong()).counts);
  lockout::unlock(login.record.lockout);
  login.record.lockout.consecutive = 100;
  EXPECT_FALSE(login.type(login.wrong()).counts);
}

}  // namespace
}  // namespace umbra
