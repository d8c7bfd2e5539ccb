// Backup codes before a record: reserve, then settle; the hashing between is not part of the rules.
#include <gtest/gtest.h>

#include <string>

#include "tests/support/login.hpp"

namespace umbra {
namespace {

using test::Login;
using wire::Reason;

constexpr std::string_view kCode = "ABCD-EFGH";

Attempt backup_attempt(const Login& login, std::uint64_t number) { return test::attempt(kCode, login.now, number); }

struct BackupLogin : Login {
  BackupLogin() { give_backup_codes(); }
};

TEST(Reservation, AsksForTheHash) {
  BackupLogin login;
  const Decision decision = login.judge(backup_attempt(login, 1));
  EXPECT_EQ(decision.verdict, Verdict::hash_backup_code);
  EXPECT_EQ(decision.hashes.backup.codes.size(), 10U);
  EXPECT_EQ(decision.hashes.backup.salt, login.record.backup.salt);
  EXPECT_FALSE(decision.hashes.bypass.has_value());
  EXPECT_EQ(login.record.reservations.size(), 1U);
  EXPECT_EQ(login.failures(), 0U) << "not charged yet";
}

// Imported backup codes may be eight digits, and so may codes.
TEST(Reservation, EightDigitsMayBeEither) {
  BackupLogin login;
  login.record.active->digits = 8;
  EXPECT_TRUE(login.accepts(login.code()));
  EXPECT_EQ(login.refusal(login.code()), Reason::replayed) << "known for a code, it is hashed for nothing";
  const Attempt attempt = test::attempt(test::wrong_code(*login.record.active, login.now), login.now, 1);
  ASSERT_EQ(login.judge(attempt).verdict, Verdict::hash_backup_code);
  EXPECT_EQ(login.settle(attempt, 0).verdict, Verdict::accepted);
  login.record.backup.codes.clear();
  EXPECT_EQ(login.refusal(test::wrong_code(*login.record.active, login.now)), Reason::wrong_code);
}

TEST(Reservation, SuspendedTheyAreABackupCodeAlone) {
  BackupLogin login;
  login.record.active->digits = 8;
  login.record.lockout.consecutive = 100;
  const Attempt attempt = test::attempt(login.code(), login.now, 1);
  ASSERT_EQ(login.judge(attempt).verdict, Verdict::hash_backup_code);
  EXPECT_EQ(login.settle(attempt, std::nullopt).verdict, Verdict::refused);
  EXPECT_EQ(login.record.window.mask, 0U) << "and burn nothing";
}

TEST(Reservation, SpentOnce) {
  BackupLogin login;
  const Attempt one = backup_attempt(login, 1), two = backup_attempt(login, 2);
  login.judge(one);
  login.judge(two);
  EXPECT_EQ(login.settle(one, 3).verdict, Verdict::accepted);
  EXPECT_NE(login.record.backup.codes[3].used_at, 0);
  EXPECT_EQ(login.record.backup.remaining(), 9U);
  const Decision again = login.settle(two, 3);
  EXPECT_EQ(again.verdict, Verdict::refused);
  EXPECT_EQ(again.reason, Reason::replayed);
  EXPECT_EQ(login.failures(), 0U) << "a replay is not charged";
  EXPECT_TRUE(login.record.reservations.empty());
}

TEST(Reservation, WrongIsCharged) {
  BackupLogin login;
  const Attempt attempt = backup_attempt(login, 1);
  login.judge(attempt);
  const Decision decision = login.settle(attempt, std::nullopt);
  EXPECT_EQ(decision.reason, Reason::wrong_code);
  EXPECT_EQ(decision.attempts_left, 4U);
  EXPECT_EQ(login.failures(), 1U);
}

TEST(Reservation, MatchesOfASetThatWasReplacedAreWrong) {
  BackupLogin login;
  const Attempt attempt = backup_attempt(login, 1);
  login.judge(attempt);
  const BackupHash old = login.record.backup.codes[0].hash;
  for (BackupCode& code : login.record.backup.codes) code.hash[1] = 0xFF;
  EXPECT_EQ(settle_backup_code(login.record, attempt, login.rules, old).reason, Reason::wrong_code);
  EXPECT_EQ(login.record.backup.remaining(), 10U);
}

TEST(Reservation, NoMoreThanTheAttemptsLeft) {
  BackupLogin login;
  login.type(login.wrong());
  for (std::uint64_t i = 0; i < 4; ++i)
    EXPECT_EQ(login.judge(backup_attempt(login, i)).verdict, Verdict::hash_backup_code) << i;
  EXPECT_EQ(login.judge(backup_attempt(login, 4)).reason, Reason::locked);
  for (std::uint64_t i = 0; i < 4; ++i) login.settle(backup_attempt(login, i), std::nullopt);
  EXPECT_EQ(login.refusal(login.code()), Reason::locked);
}

TEST(Reservation, NeverMoreThanTheRecordHolds) {
  BackupLogin login;
  login.record.uid = 0;
  login.rules.lockout.failures = 200;
  unsigned taken = 0;
  for (std::uint64_t i = 0; i < 100; ++i)
    if (login.judge(backup_attempt(login, i)).verdict == Verdict::hash_backup_code) ++taken;
  EXPECT_EQ(taken, kMaxReservations);
}

TEST(Reservation, ParallelRightCodesLockNobody) {
  BackupLogin login;
  login.judge(backup_attempt(login, 1));
  login.judge(backup_attempt(login, 2));
  EXPECT_EQ(login.settle(backup_attempt(login, 1), 0).verdict, Verdict::accepted);
  EXPECT_EQ(login.settle(backup_attempt(login, 2), 1).verdict, Verdict::accepted);
  EXPECT_TRUE(login.accepts(login.code()));
  EXPECT_EQ(login.failures(), 0U);
}

// Guesses that were reserved before a lock are not evaluated behind it: else the limit would hold once for each kind.
TEST(Reservation, ALockEndsWhatIsInFlight) {
  BackupLogin login;
  for (std::uint64_t i = 0; i < 5; ++i) login.judge(backup_attempt(login, i));
  login.lock();
  for (std::uint64_t i = 0; i < 5; ++i) {
    const Decision decision = login.settle(backup_attempt(login, i), i);
    EXPECT_EQ(decision.verdict, Verdict::refused) << i;
    EXPECT_EQ(decision.reason, Reason::locked) << i;
  }
  EXPECT_EQ(login.record.backup.remaining(), 10U) << "and none is spent";
  EXPECT_TRUE(login.record.reservations.empty());
}

TEST(Reservation, LeftOverOnesBecomeFailures) {
  BackupLogin login;
  for (std::uint64_t i = 0; i < 4; ++i) login.judge(backup_attempt(login, i));
  login.now += kReservationLife;
  EXPECT_TRUE(login.accepts(login.code()));
  EXPECT_EQ(login.failures(), 0U) << "not before its time";
  login.now += 1;
  const Decision decision = login.type(login.wrong());
  EXPECT_EQ(login.record.lockout.charged, 5U);
  EXPECT_TRUE(decision.locked);
  EXPECT_TRUE(login.record.reservations.empty());
}

TEST(Reservation, FromAClockThatWasAheadIsAFailure) {
  BackupLogin login;
  login.judge(backup_attempt(login, 1));
  login.now -= 3600;
  login.type(login.code());
  EXPECT_TRUE(login.record.reservations.empty());
  EXPECT_EQ(login.failures(), 1U);
}

TEST(Reservation, SettledTooLateIsRefusedAndChargedOnce) {
  BackupLogin login;
  const Attempt attempt = backup_attempt(login, 1);
  login.judge(attempt);
  login.now += kReservationLife + 1;
  ASSERT_TRUE(login.accepts(login.code()));
  EXPECT_EQ(login.settle(attempt, 0).verdict, Verdict::refused);
  EXPECT_EQ(login.failures(), 1U);
  EXPECT_EQ(login.record.backup.remaining(), 10U);
}

TEST(Reservation, NobodySettlesWithoutOne) {
  BackupLogin login;
  EXPECT_EQ(login.settle(backup_attempt(login, 1), 0).verdict, Verdict::refused);
  EXPECT_EQ(login.record.backup.remaining(), 10U);
}

TEST(Reservation, AcceptedIdIsSpent) {
  BackupLogin login;
  const Attempt attempt = backup_attempt(login, 1);
  login.judge(attempt);
  ASSERT_EQ(login.settle(attempt, 0).verdict, Verdict::accepted);
  EXPECT_EQ(login.judge(attempt).reason, Reason::spent_challenge);
  EXPECT_EQ(login.judge(test::attempt(login.code(), login.now, 1)).reason, Reason::spent_challenge);
}

TEST(Reservation, WhereBackupCodesAreNotAllowedTheyAreWrong) {
  BackupLogin login;
  Attempt attempt = backup_attempt(login, 1);
  attempt.allow_backup_code = false;
  EXPECT_EQ(login.judge(attempt).reason, Reason::wrong_code);
  EXPECT_EQ(login.failures(), 1U);
}

TEST(Suspension, OnlyABackupCodeRevives) {
  BackupLogin login;
  login.rules.lockout.monthly_limit = 0;
  login.record.lockout.consecutive = 100;
  EXPECT_EQ(login.refusal(login.code()), Reason::suspended);
  EXPECT_EQ(login.refusal("?"), Reason::suspended);
  const Attempt attempt = backup_attempt(login, 1);
  ASSERT_EQ(login.judge(attempt).verdict, Verdict::hash_backup_code);
  ASSERT_EQ(login.settle(attempt, 0).verdict, Verdict::accepted);
  EXPECT_TRUE(login.accepts(login.code()));
}

TEST(Suspension, AWrongBackupCodeRevivesNothing) {
  BackupLogin login;
  login.record.lockout.consecutive = 100;
  for (std::uint64_t i = 0; i < 5; ++i) {
    const Attempt attempt = backup_attempt(login, i);
    ASSERT_EQ(login.judge(attempt).verdict, Verdict::hash_backup_code);
    EXPECT_EQ(login.settle(attempt, std::nullopt).verdict, Verdict::refused);
  }
  EXPECT_EQ(login.refusal(std::string(kCode)), Reason::locked) << "guessing them has its own limit";
}

TEST(Suspension, ABackupCodeLetsInWhileTheBudgetIsSpent) {
  BackupLogin login;
  login.record.lockout.budget[0] = 100;
  login.record.lockout.budget_day = login.now / 86400;
  EXPECT_EQ(login.refusal(login.code()), Reason::suspended);
  const Attempt attempt = backup_attempt(login, 1);
  ASSERT_EQ(login.judge(attempt).verdict, Verdict::hash_backup_code);
  EXPECT_EQ(login.settle(attempt, 0).verdict, Verdict::accepted);
  EXPECT_EQ(login.refusal(login.code()), Reason::suspended) << "the budget stays";
}

TEST(Suspension, WithoutBackupCodesOnlyAnAdministratorRevives) {
  Login login;
  login.record.lockout.consecutive = 100;
  EXPECT_EQ(login.refusal(std::string(kCode)), Reason::suspended);
  lockout::unlock(login.record.lockout);
  EXPECT_TRUE(login.accepts(login.code()));
}

TEST(EightDigits, AreACodeFirstWhereTheCredentialHasEight) {
  BackupLogin login;
  login.record.active = test::credential(wire::Algorithm::sha1, 8);
  EXPECT_TRUE(login.accepts(login.code()));
  EXPECT_EQ(login.type(login.wrong()).verdict, Verdict::hash_backup_code);
  BackupLogin six;
  EXPECT_EQ(six.type("12345678").verdict, Verdict::hash_backup_code);
}

}  // namespace
}  // namespace umbra
