// Counters and lists at their ends: what is full stays full, drops the oldest, and never begins again at nothing.
#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "daemon/rules/source.hpp"
#include "tests/support/lockout_user.hpp"
#include "tests/support/login.hpp"

namespace umbra {
namespace {

TEST(Limits, CountersOfTheLockoutStayAtTheirEnd) {
  test::User user;
  user.policy.consecutive_limit = user.policy.monthly_limit = 0;
  user.state.locks = std::numeric_limits<std::uint8_t>::max();
  user.state.consecutive = std::numeric_limits<std::uint32_t>::max();
  const std::int64_t length = user.lock();
  EXPECT_EQ(length, user.policy.max_unlock_time);
  EXPECT_EQ(user.state.locks, std::numeric_limits<std::uint8_t>::max());
  EXPECT_EQ(user.state.consecutive, std::numeric_limits<std::uint32_t>::max());
}

// A reload may lower the limit below what was charged already.
TEST(Limits, NoAttemptsAreLeftWhereTheLimitSankBelowWhatWasCharged) {
  test::User user;
  user.policy.failures = 10;
  user.fail(7);
  user.policy.failures = 5;
  EXPECT_EQ(lockout::attempts_left(user.state, user.policy), 0U);
}

TEST(Limits, ACompletedLoginForgetsEachOfThreeCounters) {
  for (int which = 0; which < 4; ++which) {
    LockoutState state;
    if (which == 1) state.recent_count = 1;
    if (which == 2) state.locks = 1;
    if (which == 3) state.consecutive = 1;
    const LockoutState before = state;
    EXPECT_EQ(lockout::complete(state, state.charged), which != 0) << which;
    EXPECT_EQ(state == before, which == 0) << which;
    EXPECT_EQ(state, LockoutState{}) << which;
  }
}

TEST(Limits, StatesAreEqualWhereAllOfThemIs) {
  void (*const changes[])(LockoutState&) = {
      [](LockoutState& s) { s.recent[15] = 1; },   [](LockoutState& s) { s.recent_count = 1; },
      [](LockoutState& s) { s.locked_since = 1; }, [](LockoutState& s) { s.locked_until = 1; },
      [](LockoutState& s) { s.locks = 1; },        [](LockoutState& s) { s.consecutive = 1; },
      [](LockoutState& s) { s.charged = 1; },      [](LockoutState& s) { s.budget_day = 1; },
      [](LockoutState& s) { s.budget[29] = 1; },
  };
  for (const auto change : changes) {
    LockoutState state;
    change(state);
    EXPECT_FALSE(state == LockoutState{});
  }
  EXPECT_FALSE((ReplayWindow{1, 0} == ReplayWindow{}));
  EXPECT_FALSE((ReplayWindow{0, 1} == ReplayWindow{}));
  EXPECT_TRUE(ReplayWindow{} == ReplayWindow{});
}

// The oldest acceptance goes: who asks again under its id is judged anew, and a spent code is a replay.
TEST(Limits, TheListOfAcceptancesDropsItsOldest) {
  test::Login login;
  login.rules.window = 10;
  for (int i = 0; i <= static_cast<int>(kMaxAcceptances); ++i)
    ASSERT_EQ(login.judge(test::attempt(login.code(i - 2), login.now, 100 + static_cast<std::uint64_t>(i))).verdict,
              Verdict::accepted)
        << i;
  EXPECT_EQ(login.judge(test::attempt(login.code(-1), login.now, 101)).verdict, Verdict::accepted) << "still known";
  const Decision oldest = login.judge(test::attempt(login.code(-2), login.now, 100));
  EXPECT_EQ(oldest.verdict, Verdict::refused);
  EXPECT_EQ(oldest.reason, wire::Reason::replayed);
}

// Only Source::of makes addresses, and only of what is one.
TEST(Limits, AnAddressThatIsNoneHasNoBudgetAndIsNotSpared) {
  const Source source{Source::Kind::address, "nonsense"};
  EXPECT_EQ(source.budget(), "");
  SourcePolicy policy;
  policy.exempt.push_back({{}, 0});  // everybody
  EXPECT_FALSE(policy.spares(source));
  EXPECT_FALSE(policy.spares({Source::Kind::terminal, "/dev/tty1"}));
  EXPECT_TRUE(policy.spares({Source::Kind::address, "192.0.2.1"}));
}

TEST(Limits, ABudgetInTheFirstSecondsOf1970) {
  SourceBudgets budgets;
  const SourcePolicy policy;
  for (unsigned i = 0; i < policy.failures; ++i) {
    EXPECT_TRUE(budgets.open("192.0.2.1", policy, 0)) << i;
    budgets.charge("192.0.2.1", policy, 0);
  }
  EXPECT_FALSE(budgets.open("192.0.2.1", policy, 0));
}

}  // namespace
}  // namespace umbra
