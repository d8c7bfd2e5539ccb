// What the presets and root's own rules make of a lock.
#include <gtest/gtest.h>

#include "daemon/rules/lockout.hpp"
#include "tests/support/lockout_user.hpp"

namespace umbra {
namespace {

using test::kDay;
using test::kMinute;
using test::User;

TEST(Lockout, RootIsNotLockedUnlessTold) {
  User root;
  root.root = true;
  root.fail(200);
  EXPECT_EQ(root.gate(), Gate::open);
}

TEST(Lockout, EvenDenyRootLocksShortlyAndNeverLonger) {
  User root;
  root.root = true;
  root.policy.even_deny_root = true;
  root.policy.consecutive_limit = root.policy.monthly_limit = 0;
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(root.lock(), 60);
    root.now = root.state.locked_until;
  }
}

TEST(Lockout, Presets) {
  const struct {
    const char* name;
    LockoutPolicy policy;
    unsigned failures;
    std::int64_t interval, unlock;
    bool even_deny_root;
  } table[] = {
      {"default", LockoutPolicy::default_preset(), 5, 15 * kMinute, 30 * kMinute, false},
      {"pci", LockoutPolicy::pci(), 10, 30 * kMinute, 30 * kMinute, false},
      {"cis", LockoutPolicy::cis(), 5, 15 * kMinute, 15 * kMinute, true},
      {"stig", LockoutPolicy::stig(), 3, 15 * kMinute, kForever, true},
  };
  for (const auto& row : table) {
    User user;
    user.policy = row.policy;
    EXPECT_EQ(row.policy.failures, row.failures) << row.name;
    EXPECT_EQ(row.policy.fail_interval, row.interval) << row.name;
    EXPECT_EQ(row.policy.even_deny_root, row.even_deny_root) << row.name;
    EXPECT_EQ(user.lock(), row.unlock) << row.name;
  }
}

TEST(Lockout, StigHoldsUntilAnAdministratorUnlocks) {
  User user;
  user.policy = LockoutPolicy::stig();
  user.lock();
  user.now += 50 * 365 * kDay;
  EXPECT_EQ(user.gate(), Gate::locked);
  lockout::unlock(user.state);
  EXPECT_EQ(user.gate(), Gate::open);
}

}  // namespace
}  // namespace umbra
