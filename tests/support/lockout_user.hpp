// One user's lockout state on a clock of its own, for tests of the lockout's rules.
#pragma once

#include <gtest/gtest.h>

#include "daemon/rules/lockout.hpp"

namespace umbra::test {

inline constexpr std::int64_t kStart = 1'700'000'000;
inline constexpr std::int64_t kMinute = 60, kHour = 60 * kMinute, kDay = 24 * kHour;

struct User {
  LockoutPolicy policy;
  LockoutState state;
  std::int64_t now = kStart;
  bool root = false;

  Gate gate() {
    lockout::settle(state, policy, now);
    return lockout::gate(state, policy, root);
  }
  void fail(unsigned times = 1) {
    for (unsigned i = 0; i < times; ++i) {
      lockout::settle(state, policy, now);
      lockout::charge(state, policy, now, root);
    }
  }
  // Fails until locked and returns the lock's length in seconds.
  std::int64_t lock() {
    fail(policy.failures);
    EXPECT_EQ(gate(), Gate::locked);
    return state.locked_until - now;
  }
};

}  // namespace umbra::test
