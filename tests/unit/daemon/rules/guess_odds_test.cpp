// What a year of guessing codes is worth to somebody who has the password: the figures of SECURITY.md, counted by
// driving the lockout itself. Codes of six digits, window 1: three of a million are right at any time.
#include <gtest/gtest.h>

#include <cmath>
#include <deque>

#include "daemon/rules/lockout.hpp"
#include "tests/support/lockout_user.hpp"

namespace umbra {
namespace {

using test::kDay;
using test::kStart;

constexpr std::int64_t kYear = 365 * kDay;
constexpr double kChance = 3e-6;

double percent(std::int64_t guesses) {
  return -100.0 * std::expm1(static_cast<double>(guesses) * std::log1p(-kChance));
}

enum class Guesser { greedy, careful };  // careful: waits rather than be locked
enum class Owner { away, helpful };      // helpful: a completed login behind every guess, which forgets all it may

std::int64_t guesses_in_a_year(const LockoutPolicy& policy, Guesser guesser, Owner owner) {
  test::User user;
  user.policy = policy;
  std::int64_t guesses = 0;
  while (user.now < kStart + kYear) {
    switch (user.gate()) {
      case Gate::locked: user.now = user.state.locked_until; continue;
      case Gate::suspended: user.now += kDay - user.now % kDay; continue;  // the budget turns at midnight
      case Gate::open: break;
    }
    if (guesser == Guesser::careful && lockout::attempts_left(user.state, policy) == 1) {
      user.now = user.state.recent[0] + policy.fail_interval;
      continue;
    }
    user.fail();
    ++guesses;
    if (owner == Owner::helpful && user.gate() == Gate::open) lockout::complete(user.state, user.state.charged);
  }
  return guesses;
}

struct Preset {
  const char* name;
  LockoutPolicy policy;
  std::int64_t greedy;  // evaluated guesses where the owner is away and nobody minds a lock
};
const Preset kPresets[] = {
    {"default", LockoutPolicy::default_preset(), 100},
    {"pci", LockoutPolicy::pci(), 100},
    {"cis", LockoutPolicy::cis(), 100},
    {"stig", LockoutPolicy::stig(), 3},
};

TEST(GuessOdds, WhileTheOwnerIsAway) {
  for (const Preset& preset : kPresets) {
    EXPECT_EQ(guesses_in_a_year(preset.policy, Guesser::greedy, Owner::away), preset.greedy) << preset.name;
    EXPECT_EQ(guesses_in_a_year(preset.policy, Guesser::careful, Owner::away), 100) << preset.name;
  }
  EXPECT_NEAR(percent(3), 0.0009, 0.00005);
  EXPECT_NEAR(percent(100), 0.0300, 0.00005);
}

// 13 budgets of 30 days begin in a year; a completed login forgets the rest and never the budget.
TEST(GuessOdds, WhateverTheOwnerDoes) {
  for (const Preset& preset : kPresets)
    for (const Guesser guesser : {Guesser::greedy, Guesser::careful})
      EXPECT_EQ(guesses_in_a_year(preset.policy, guesser, Owner::helpful), 1300) << preset.name;
  EXPECT_NEAR(percent(1300), 0.389, 0.0005);
}

// The counter is the user's, so that no device buys a guess; but each has codes of its own that one may hit.
TEST(GuessOdds, EachDeviceAddsItsOwnCodes) {
  const auto with = [](unsigned devices, std::int64_t guesses) {
    return -100.0 * std::expm1(static_cast<double>(guesses) * std::log1p(-kChance * devices));
  };
  for (const unsigned devices : {1U, 2U, 4U}) {
    EXPECT_NEAR(with(devices, 100), devices * 0.03, 0.0002) << devices;
    EXPECT_NEAR(with(devices, 1300), devices * 0.389, 0.012) << devices;
  }
  EXPECT_NEAR(with(4, 1300), 1.55, 0.005);
}

TEST(GuessOdds, WithoutTheBudgetTheyWouldBeNearlyCertain) {
  LockoutPolicy policy;
  policy.monthly_limit = 0;
  EXPECT_GT(guesses_in_a_year(policy, Guesser::careful, Owner::away), 0);
  policy.consecutive_limit = 0;
  EXPECT_EQ(guesses_in_a_year(policy, Guesser::careful, Owner::away), 4 * kYear / policy.fail_interval);
  EXPECT_NEAR(percent(4 * kYear / policy.fail_interval), 34.3, 0.05);
}

// The rate limit that google-authenticator's setup offers (3 attempts in 30 seconds) and no lock; also 3 valid codes.
TEST(GuessOdds, OfARateLimitAlone) {
  std::deque<std::int64_t> last;
  std::int64_t guesses = 0;
  for (std::int64_t now = 0; now < kYear; ++now)
    for (;;) {
      while (!last.empty() && now - last.front() >= 30) last.pop_front();
      if (last.size() == 3) break;
      last.push_back(now);
      ++guesses;
    }
  EXPECT_EQ(guesses, 3'153'600);
  EXPECT_NEAR(percent(guesses), 99.992, 0.0005);
}

// pam_faillock's defaults (deny 3, fail_interval 900, unlock_time 600), placed so that a wrong code counts like a wrong
// password and a right password resets nothing. Where it stands beside the password alone it counts no code at all.
TEST(GuessOdds, OfPamFaillock) {
  constexpr std::int64_t kUnlockTime = 600;
  std::int64_t guesses = 0;
  // The lock is over in the first second behind unlock_time, and with it all three failures.
  for (std::int64_t now = 0; now < kYear; now += kUnlockTime + 1) guesses += 3;
  EXPECT_EQ(guesses, 157'419);
  EXPECT_NEAR(percent(guesses), 37.6, 0.05);
}

}  // namespace
}  // namespace umbra
