#include "daemon/rules/lockout.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/lockout_user.hpp"

namespace umbra {
namespace {

using test::kDay;
using test::kMinute;
using test::kStart;
using test::User;

TEST(Lockout, TheLimitLocksAndNoAttemptBefore) {
  for (const unsigned limit : {1U, 3U, 5U, 16U}) {
    User user;
    user.policy.failures = limit;
    for (unsigned i = 0; i < limit; ++i) {
      EXPECT_EQ(user.gate(), Gate::open);
      EXPECT_EQ(lockout::attempts_left(user.state, user.policy), limit - i);
      user.fail();
    }
    EXPECT_EQ(user.gate(), Gate::locked) << limit;
    EXPECT_EQ(lockout::attempts_left(user.state, user.policy), 0U);
  }
}

TEST(Lockout, LastsItsLengthToTheSecond) {
  User user;
  EXPECT_EQ(user.lock(), 30 * kMinute);
  user.now += 30 * kMinute - 1;
  EXPECT_EQ(user.gate(), Gate::locked);
  user.now += 1;
  EXPECT_EQ(user.gate(), Gate::open);
  EXPECT_EQ(lockout::attempts_left(user.state, user.policy), 5U);
}

TEST(Lockout, FailuresOlderThanTheIntervalDoNotCount) {
  User user;
  for (int i = 0; i < 50; ++i) {
    user.fail(4);
    EXPECT_EQ(user.gate(), Gate::open);
    user.now += 15 * kMinute;
    user.policy.consecutive_limit = user.policy.monthly_limit = 0;
  }
  user.fail(4);
  user.now += 15 * kMinute - 1;
  user.fail();
  EXPECT_EQ(user.gate(), Gate::locked);
}

TEST(Lockout, DoublesUpToADay) {
  User user;
  user.policy.consecutive_limit = user.policy.monthly_limit = 0;
  for (const std::int64_t minutes : {30, 60, 120, 240, 480, 960, 1440, 1440, 1440}) {
    EXPECT_EQ(user.lock(), minutes * kMinute);
    user.now = user.state.locked_until;
  }
}

TEST(Lockout, ACompletedLoginStartsTheDoublingAnew) {
  User user;
  user.lock();
  user.now = user.state.locked_until;
  user.lock();
  user.now = user.state.locked_until;
  user.gate();
  ASSERT_TRUE(lockout::complete(user.state, user.state.charged));
  EXPECT_EQ(user.lock(), 30 * kMinute);
}

TEST(Lockout, NotExtendedWhileItHolds) {
  User user;
  user.lock();
  const auto until = user.state.locked_until;
  user.now += kMinute;
  user.fail(3);  // what a crash left behind is charged in a lock as well
  EXPECT_EQ(user.state.locked_until, until);
}

TEST(Lockout, ConsecutiveFailuresSuspend) {
  User user;
  user.policy.monthly_limit = 0;
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(user.gate(), Gate::open) << i;
    user.fail();
    user.now += 20 * kMinute;  // never five within the interval
  }
  EXPECT_EQ(user.gate(), Gate::suspended);
  user.now += 365 * kDay;
  EXPECT_EQ(user.gate(), Gate::suspended) << "no time ends it";
  lockout::unlock(user.state);
  EXPECT_EQ(user.gate(), Gate::open);
}

TEST(Lockout, ASuccessStartsTheConsecutiveCountAnew) {
  User user;
  user.policy.monthly_limit = 0;
  for (int i = 0; i < 150; ++i) {
    user.fail();
    user.now += 20 * kMinute;
    if (i % 50 == 49) lockout::complete(user.state, user.state.charged);
  }
  EXPECT_EQ(user.gate(), Gate::open);
}

TEST(Lockout, TheBudgetOutlivesSuccesses) {
  User user;
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(user.gate(), Gate::open) << i;
    user.fail();
    lockout::complete(user.state, user.state.charged);
    user.now += kMinute;
  }
  EXPECT_EQ(lockout::budget_used(user.state), 100U);
  EXPECT_EQ(user.gate(), Gate::suspended);
}

TEST(Lockout, TheBudgetComesBackAfterThirtyDays) {
  User user;
  user.policy.failures = 16;
  user.now = (kStart / kDay) * kDay;
  for (int i = 0; i < 100; ++i) {
    user.fail();
    lockout::complete(user.state, user.state.charged);
  }
  user.now += 30 * kDay - 1;
  EXPECT_EQ(user.gate(), Gate::suspended);
  user.now += 1;
  EXPECT_EQ(user.gate(), Gate::open);
  EXPECT_EQ(lockout::budget_used(user.state), 0U);
}

TEST(Lockout, TheBudgetForgetsDayByDay) {
  User user;
  for (int day = 0; day < 40; ++day) {
    user.fail(2);
    lockout::complete(user.state, user.state.charged);
    EXPECT_EQ(lockout::budget_used(user.state), 2U * static_cast<unsigned>(std::min(day + 1, 30))) << day;
    user.now += kDay;
  }
}

TEST(Lockout, ADayOfTheBudgetDoesNotWrapAround) {
  User user;
  user.policy.failures = 16;
  for (int i = 0; i < 1000; ++i) {
    user.fail();
    lockout::complete(user.state, user.state.charged);
  }
  EXPECT_EQ(lockout::budget_used(user.state), 255U);
}

TEST(Lockout, ZeroMeansNoLimit) {
  User user;
  user.policy.consecutive_limit = user.policy.monthly_limit = 0;
  for (int i = 0; i < 1000; ++i) {
    user.fail();
    user.now += 20 * kMinute;
  }
  EXPECT_EQ(user.gate(), Gate::open);
}

TEST(Lockout, CompleteForgetsOnlyWhatWasChargedBefore) {
  User user;
  user.fail(3);
  const auto then = user.state.charged;
  user.fail();
  const LockoutState before = user.state;
  EXPECT_FALSE(lockout::complete(user.state, then));
  EXPECT_EQ(user.state, before);
  EXPECT_TRUE(lockout::complete(user.state, user.state.charged));
  EXPECT_EQ(lockout::attempts_left(user.state, user.policy), 5U);
  EXPECT_EQ(lockout::budget_used(user.state), 4U);
  EXPECT_FALSE(lockout::complete(user.state, user.state.charged)) << "nothing is left to forget";
}

TEST(Lockout, UnlockForgetsAllButTheOrderOfCharges) {
  User user;
  user.lock();
  const auto charged = user.state.charged;
  lockout::unlock(user.state);
  LockoutState expected;
  expected.charged = charged;
  EXPECT_EQ(user.state, expected);
}

TEST(Lockout, MoreFailuresThanFitKeepTheLatest) {
  User user;
  user.policy.failures = 17;  // beyond what config.toml allows: never locks, never walks past the end
  for (int i = 0; i < 40; ++i) {
    user.fail();
    user.now += 1;
  }
  EXPECT_EQ(user.state.recent_count, LockoutState::kMaxRecent);
  EXPECT_EQ(user.state.recent.back(), user.now - 1);
  EXPECT_EQ(user.state.recent.front(), user.now - 16);
}

}  // namespace
}  // namespace umbra
