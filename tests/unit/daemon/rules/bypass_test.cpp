// Bypass codes and imported backup codes before a record; the hashing between is not part of the rules.
#include <gtest/gtest.h>

#include <string>

#include "tests/support/login.hpp"

namespace umbra {
namespace {

using test::Login;
using wire::Reason;

constexpr std::string_view kCode = "ABCD-EFGH";

struct BypassLogin : Login {
  BypassLogin() { give_bypass(); }
  // Typed now, hashed and found equal to the bypass code.
  Decision use(std::uint64_t number = 1) {
    const Attempt attempt = test::attempt(kCode, now, number);
    const Decision decision = judge(attempt);
    return decision.verdict == Verdict::hash_backup_code ? settle_bypass(attempt) : decision;
  }
};

TEST(Bypass, AcceptedOnceAndGone) {
  BypassLogin login;
  const Attempt one = test::attempt(kCode, login.now, 1), two = test::attempt(kCode, login.now, 2);
  const Decision asked = login.judge(one);
  ASSERT_EQ(asked.verdict, Verdict::hash_backup_code);
  ASSERT_TRUE(asked.hashes.bypass.has_value());
  EXPECT_EQ(asked.hashes.bypass->hash, login.record.bypass->hash);
  ASSERT_EQ(login.judge(two).verdict, Verdict::hash_backup_code);
  const Decision decision = login.settle_bypass(one);
  EXPECT_EQ(decision.verdict, Verdict::accepted);
  EXPECT_EQ(decision.reason, Reason::bypass);
  EXPECT_FALSE(decision.step.has_value());
  EXPECT_FALSE(login.record.bypass.has_value());
  EXPECT_EQ(login.settle_bypass(two).verdict, Verdict::refused) << "hashed meanwhile, and gone";
  EXPECT_EQ(login.refusal(std::string(kCode)), Reason::wrong_code) << "nothing is left to compare with";
}

TEST(Bypass, LivesFromSinceUntilUntil) {
  const struct {
    std::int64_t later;
    bool lives;
  } table[] = {{-1, false}, {0, true}, {3599, true}, {3600, false}, {86400, false}};
  for (const auto& row : table) {
    BypassLogin login;
    login.now += row.later;
    EXPECT_EQ(login.use().verdict == Verdict::accepted, row.lives) << row.later;
    EXPECT_FALSE(login.record.bypass.has_value()) << "used or dead, it is cleared: " << row.later;
    EXPECT_EQ(login.failures(), row.lives ? 0U : 1U) << row.later;
  }
}

TEST(Bypass, DiesWhileItIsHashed) {
  BypassLogin login;
  login.now += 3599;
  Attempt attempt = test::attempt(kCode, login.now, 1);
  ASSERT_EQ(login.judge(attempt).verdict, Verdict::hash_backup_code);
  attempt.wall = attempt.steady = login.now + 1;
  EXPECT_EQ(login.settle_bypass(attempt).reason, Reason::wrong_code);
  EXPECT_FALSE(login.record.bypass.has_value());
}

TEST(Bypass, LivesBesideBackupCodes) {
  BypassLogin login;
  login.give_backup_codes();
  const Attempt attempt = test::attempt(kCode, login.now, 1);
  const Decision asked = login.judge(attempt);
  EXPECT_EQ(asked.hashes.backup.codes.size(), 10U);
  EXPECT_TRUE(asked.hashes.bypass.has_value());
  const Decision backup = login.settle(attempt, 3);
  EXPECT_EQ(backup.verdict, Verdict::accepted);
  EXPECT_EQ(backup.reason, Reason::backup_code);
  EXPECT_TRUE(login.record.bypass.has_value()) << "another code was used";
  EXPECT_EQ(login.use(2).reason, Reason::bypass);
  EXPECT_EQ(login.record.backup.remaining(), 9U) << "and it costs no backup code";
  EXPECT_TRUE(login.accepts(login.code())) << "the app still works";
}

TEST(Bypass, WrongCounts) {
  BypassLogin login;
  const Attempt attempt = test::attempt(kCode, login.now, 1);
  login.judge(attempt);
  const Decision decision = login.settle(attempt, std::nullopt);
  EXPECT_EQ(decision.reason, Reason::wrong_code);
  EXPECT_TRUE(decision.counts);
  EXPECT_EQ(login.failures(), 1U);
  EXPECT_TRUE(login.record.bypass.has_value());
}

TEST(Bypass, ALockedUserIsRefusedAndKeepsIt) {
  BypassLogin login;
  login.lock();
  EXPECT_EQ(login.use().reason, Reason::locked);
  EXPECT_TRUE(login.record.bypass.has_value());
  login.now = login.record.lockout.locked_until;
  EXPECT_EQ(login.use(2).verdict, Verdict::accepted);
}

TEST(Bypass, RevivesASuspendedUser) {
  BypassLogin login;
  login.record.lockout.consecutive = 100;
  EXPECT_EQ(login.refusal(login.code()), Reason::suspended);
  EXPECT_EQ(login.use().verdict, Verdict::accepted);
  EXPECT_TRUE(login.accepts(login.code()));
}

TEST(Bypass, NotWhereBackupCodesAreNotAllowed) {
  BypassLogin login;
  Attempt attempt = test::attempt(kCode, login.now, 1);
  attempt.allow_backup_code = false;
  EXPECT_EQ(login.judge(attempt).reason, Reason::wrong_code);
  EXPECT_TRUE(login.record.bypass.has_value());
  EXPECT_EQ(login.failures(), 1U);
}

TEST(Bypass, SettleExpiredClearsADeadOneAlone) {
  BypassLogin login;
  settle_expired(login.record, test::attempt("", login.now + 3599, 0), login.rules);
  EXPECT_TRUE(login.record.bypass.has_value());
  settle_expired(login.record, test::attempt("", login.now + 3600, 0), login.rules);
  EXPECT_FALSE(login.record.bypass.has_value());
  EXPECT_EQ(login.failures(), 0U);
}

// Codes of another system keep their own salts; the rules know a code by its hash and never by its salt.
TEST(Imported, CodesWithSaltsOfTheirOwnAreFoundByTheirHash) {
  Login login;
  login.give_backup_codes();
  login.record.backup.codes[6].salt.emplace().fill(0x66);
  const Attempt one = test::attempt(kCode, login.now, 1), two = test::attempt(kCode, login.now, 2);
  const Decision asked = login.judge(one);
  ASSERT_EQ(asked.hashes.backup.codes.size(), 10U);
  ASSERT_TRUE(asked.hashes.backup.codes[6].salt.has_value());
  EXPECT_EQ(asked.hashes.backup.codes[6].salt->front(), 0x66);
  login.judge(two);
  EXPECT_EQ(login.settle(one, 6).verdict, Verdict::accepted);
  EXPECT_NE(login.record.backup.codes[6].used_at, 0);
  EXPECT_TRUE(login.record.backup.codes[6].salt.has_value()) << "a spent code keeps its salt";
  EXPECT_EQ(login.settle(two, 6).reason, Reason::replayed);
}

}  // namespace
}  // namespace umbra
