// How many random codes are right: with a window of three steps three of a million, by the real rules. The seed is
// fixed. UMBRA_CODES for more than a million of them.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <random>

#include "tests/support/records.hpp"

namespace umbra {
namespace {

constexpr std::uint32_t kCodes = 1'000'000;  // codes of six digits
// A step's code is one of 2^31 numbers modulo a million, and two steps of the window may share theirs.
constexpr double kChance = 3e-6;

std::uint64_t tries() {
  const char* const wanted = std::getenv("UMBRA_CODES");
  return wanted == nullptr ? 1'000'000 : std::strtoull(wanted, nullptr, 10);
}

// Each try has a user, a secret and a time of its own: the acceptances are independent.
TEST(RandomCodes, ThreeOfAMillionAreAccepted) {
  // NOLINTNEXTLINE(cert-msc32-c,cert-msc51-cpp): each run is to see the same.
  std::mt19937_64 random(20'261'201);
  const Rules rules;
  std::uint64_t accepted = 0;
  const std::uint64_t all = tries();
  for (std::uint64_t i = 0; i < all; ++i) {
    Record record = test::enrolled();
    for (std::uint8_t& byte : record.active->secret.resize(20)) byte = static_cast<std::uint8_t>(random());
    Attempt attempt;
    attempt.answer.code = std::uniform_int_distribution<std::uint32_t>(0, kCodes - 1)(random);
    attempt.answer.digits = 6;
    attempt.id = test::request_id(i);
    attempt.wall = attempt.steady = test::kNow + static_cast<std::int64_t>(random() % (std::uint64_t{1} << 31));
    const Decision decision = verify_and_burn(record, *record.active, record.window, attempt, rules);
    accepted += decision.verdict == Verdict::accepted ? 1 : 0;
    ASSERT_EQ(decision.verdict == Verdict::accepted, record.lockout.charged == 0) << "accepted, or charged";
  }
  const double expected = static_cast<double>(all) * kChance;
  std::printf("%llu of %llu random codes accepted; %.1f expected, one sigma is %.1f\n",
              static_cast<unsigned long long>(accepted), static_cast<unsigned long long>(all), expected,
              std::sqrt(expected));
  EXPECT_NEAR(static_cast<double>(accepted), expected, 3 * std::sqrt(expected));
  EXPECT_GT(accepted, 0U);
}

}  // namespace
}  // namespace umbra
