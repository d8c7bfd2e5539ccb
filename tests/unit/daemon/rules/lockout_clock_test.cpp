// Locks, failures and the budget on clocks that jump.
#include <gtest/gtest.h>

#include "daemon/rules/lockout.hpp"
#include "tests/support/lockout_user.hpp"

namespace umbra {
namespace {

using test::kDay;
using test::kHour;
using test::kStart;
using test::User;

// Bar 16: no lock is cut short by a small step of the clock, none is longer than its length after any.
TEST(Lockout, ALockUnderEveryStepOfTheClock) {
  constexpr std::int64_t kYear = 365 * kDay;
  constexpr std::int64_t kIn2038 = 2'147'483'648, kIn2106 = 4'294'967'296;
  for (const std::int64_t step :
       {std::int64_t{0}, std::int64_t{1}, std::int64_t{31}, kHour, kYear, kIn2038 - kStart, kIn2106 - kStart,
        std::int64_t{-1}, std::int64_t{-31}, -kHour, -kYear, -kStart, -2 * kStart}) {
    User user;
    const std::int64_t length = user.lock();
    user.now += step;
    const bool held = user.gate() == Gate::locked;
    EXPECT_EQ(held, step < length) << step;
    if (!held) continue;
    const std::int64_t left = user.state.locked_until - user.now;
    EXPECT_EQ(left, step > 0 ? length - step : length) << step;
    user.now += left;
    EXPECT_EQ(user.gate(), Gate::open) << step;
  }
}

TEST(Lockout, FailuresFromAClockThatWasAheadStillCount) {
  User user;
  user.now = kStart + 365 * kDay;
  user.fail(4);
  user.now = kStart;
  EXPECT_EQ(user.gate(), Gate::open);
  user.fail();
  EXPECT_EQ(user.gate(), Gate::locked);
}

TEST(Lockout, FailuresFromAClockThatWasAheadAreForgottenInTime) {
  User user;
  user.now = kStart + 365 * kDay;
  user.fail(4);
  user.now = kStart;
  user.gate();
  user.now += user.policy.fail_interval;
  EXPECT_EQ(user.gate(), Gate::open);
  EXPECT_EQ(lockout::attempts_left(user.state, user.policy), 5U);
}

TEST(Lockout, ABudgetFromAClockThatWasAheadIsForgottenInTime) {
  User user;
  user.now = 4'294'967'296;  // 2106
  user.policy.failures = 16;
  for (int i = 0; i < 100; ++i) {
    user.fail();
    lockout::complete(user.state, user.state.charged);
  }
  user.now = kStart;
  EXPECT_EQ(user.gate(), Gate::suspended) << "and not at once";
  user.now += 29 * kDay;
  EXPECT_EQ(user.gate(), Gate::suspended);
  user.now += kDay;
  EXPECT_EQ(user.gate(), Gate::open);
}

}  // namespace
}  // namespace umbra
