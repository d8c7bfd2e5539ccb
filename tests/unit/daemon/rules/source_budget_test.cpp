#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <map>
#include <random>
#include <string>

#include "daemon/rules/source.hpp"

namespace umbra {
namespace {

constexpr std::int64_t kStart = 1'700'000'000;
constexpr std::int64_t kSlices = 15;

SourcePolicy policy_of(unsigned failures, std::int64_t interval) {
  SourcePolicy policy;
  policy.failures = failures;
  policy.interval = interval;
  return policy;
}
std::int64_t slice_of(std::int64_t interval) { return std::max<std::int64_t>(1, (interval + kSlices - 1) / kSlices); }
// The slice of now and the fifteen before it: all that counts.
std::int64_t all_slices_of(std::int64_t interval) { return (kSlices + 1) * slice_of(interval); }

void charge(SourceBudgets& budgets, const SourcePolicy& policy, const std::string& source, std::int64_t now,
            unsigned times) {
  for (unsigned i = 0; i < times; ++i) budgets.charge(source, policy, now);
}

TEST(SourceBudgets, ClosedAtTheLimitAndOpenAgainAfterTheInterval) {
  const SourcePolicy policy;
  SourceBudgets budgets;
  EXPECT_TRUE(budgets.open("192.0.2.7", policy, kStart));
  charge(budgets, policy, "192.0.2.7", kStart, 19);
  EXPECT_TRUE(budgets.open("192.0.2.7", policy, kStart));
  charge(budgets, policy, "192.0.2.7", kStart, 1);
  EXPECT_FALSE(budgets.open("192.0.2.7", policy, kStart));
  EXPECT_FALSE(budgets.open("192.0.2.7", policy, kStart + 15 * 60));
  EXPECT_TRUE(budgets.open("192.0.2.7", policy, kStart + 16 * 60));
}

TEST(SourceBudgets, OneSourceDoesNotTouchAnother) {
  const SourcePolicy policy;
  SourceBudgets budgets;
  charge(budgets, policy, "192.0.2.7", kStart, 100);
  EXPECT_FALSE(budgets.open("192.0.2.7", policy, kStart));
  for (const auto* other : {"192.0.2.8", "2001:db8::/64", "/dev/tty1"})
    EXPECT_TRUE(budgets.open(other, policy, kStart)) << other;
}

TEST(SourceBudgets, NobodysBudgetIsAlwaysOpen) {
  const SourcePolicy policy;
  SourceBudgets budgets;
  charge(budgets, policy, "", kStart, 1000);
  EXPECT_TRUE(budgets.open("", policy, kStart));
  EXPECT_EQ(budgets.size(), 0U);
}

// Whatever comes when: what lies within an interval is never more than the limit, and what does not is forgiven.
TEST(SourceBudgets, AgainstAnExactSlidingWindow) {
  std::mt19937 random(20'260);
  for (const std::int64_t interval : {1, 14, 15, 60, 100, 900, 3601})
    for (const unsigned limit : {1U, 3U, 20U}) {
      const SourcePolicy policy = policy_of(limit, interval);
      SourceBudgets budgets;
      std::deque<std::int64_t> exact;  // failures, oldest first
      std::int64_t now = kStart + static_cast<std::int64_t>(random() % 1000);
      const std::int64_t latest = all_slices_of(interval);
      for (int step = 0; step < 4000; ++step) {
        now += static_cast<std::int64_t>(random() % (random() % 20 == 0 ? 2 * static_cast<unsigned>(latest)
                                                                        : 1 + static_cast<unsigned>(interval) / limit));
        const auto within = std::count_if(exact.begin(), exact.end(), [&](auto t) { return now - t <= interval; });
        const bool open = budgets.open("192.0.2.7", policy, now);
        ASSERT_FALSE(open && within >= limit) << interval << " " << limit << " " << now;
        const auto may_count = std::count_if(exact.begin(), exact.end(), [&](auto t) { return now - t < latest; });
        ASSERT_TRUE(open || may_count >= limit) << interval << " " << limit << " " << now;
        if (!open) continue;  // as the daemon does: what is refused there is not charged there
        budgets.charge("192.0.2.7", policy, now);
        exact.push_back(now);
        if (exact.size() > 200) exact.pop_front();
      }
    }
}

TEST(SourceBudgets, ForgivenAtTheLatestOneSliceAfterTheInterval) {
  for (const std::int64_t interval : {15, 60, 900, 3600, 30 * 86400})
    for (std::int64_t phase = 0; phase < 16; ++phase) {
      const SourcePolicy policy = policy_of(1, interval);
      SourceBudgets budgets;
      const std::int64_t then = kStart + phase * slice_of(interval) / 16;
      budgets.charge("192.0.2.7", policy, then);
      EXPECT_FALSE(budgets.open("192.0.2.7", policy, then + interval)) << interval << " " << phase;
      EXPECT_TRUE(budgets.open("192.0.2.7", policy, then + interval + slice_of(interval))) << interval << " " << phase;
    }
}

TEST(SourceBudgets, CountsThatAreVeryLargeDoNotWrap) {
  const SourcePolicy policy;
  SourceBudgets budgets;
  charge(budgets, policy, "192.0.2.7", kStart, UINT16_MAX + 5U);
  EXPECT_FALSE(budgets.open("192.0.2.7", policy, kStart));
}

TEST(SourceBudgets, AClockThatStandsStillOrGoesBackForgivesNothing) {
  const SourcePolicy policy;
  SourceBudgets budgets;
  charge(budgets, policy, "192.0.2.7", kStart, 20);
  for (const std::int64_t back : {0, 1, 60, 600})
    EXPECT_FALSE(budgets.open("192.0.2.7", policy, kStart - back)) << back;
  charge(budgets, policy, "192.0.2.7", kStart - 600, 1);
  EXPECT_FALSE(budgets.open("192.0.2.7", policy, kStart + 900));
  EXPECT_TRUE(budgets.open("192.0.2.7", policy, kStart + 16 * 60));
}

// A reload may change the interval, and with it what a slice is.
TEST(SourceBudgets, AnotherIntervalNeitherBreaksItNorClosesItForEver) {
  const std::int64_t intervals[] = {900, 1800, 60, 1, 0, 30 * 86400, 900, 901, 915};
  for (const std::int64_t before : intervals)
    for (const std::int64_t after : intervals) {
      SourceBudgets budgets;
      charge(budgets, policy_of(20, before), "192.0.2.7", kStart, 20);
      const SourcePolicy policy = policy_of(20, after);
      const std::int64_t later = kStart + all_slices_of(after);
      EXPECT_TRUE(budgets.open("192.0.2.7", policy, later)) << before << " " << after;
      charge(budgets, policy, "192.0.2.7", later, 20);
      EXPECT_FALSE(budgets.open("192.0.2.7", policy, later)) << before << " " << after;
      EXPECT_TRUE(budgets.open("192.0.2.7", policy, later + all_slices_of(after))) << before << " " << after;
      budgets.clean(policy, later + all_slices_of(after));
      EXPECT_EQ(budgets.size(), 0U) << before << " " << after;
    }
}

TEST(SourceBudgets, TheOneThatFailedLongestAgoIsForgotten) {
  const SourcePolicy policy = policy_of(1, 900);
  SourceBudgets budgets;
  for (std::size_t i = 0; i < SourceBudgets::kMost; ++i) budgets.charge(std::to_string(i), policy, kStart);
  budgets.charge("0", policy, kStart);  // no longer the one that failed longest ago
  EXPECT_EQ(budgets.size(), SourceBudgets::kMost);
  budgets.charge("one more", policy, kStart);
  EXPECT_EQ(budgets.size(), SourceBudgets::kMost);
  EXPECT_TRUE(budgets.open("1", policy, kStart));
  for (const auto* kept : {"0", "2", "4095", "one more"}) EXPECT_FALSE(budgets.open(kept, policy, kStart)) << kept;
}

TEST(SourceBudgets, CleanForgetsWhatCountsNoMoreAndNothingElse) {
  const SourcePolicy policy = policy_of(1, 900);
  SourceBudgets budgets;
  budgets.charge("old", policy, kStart);
  budgets.charge("both", policy, kStart);
  budgets.charge("new", policy, kStart + 600);
  budgets.charge("both", policy, kStart + 600);
  budgets.clean(policy, kStart + 900);
  EXPECT_EQ(budgets.size(), 3U) << "all still count";
  budgets.clean(policy, kStart + 960);
  EXPECT_EQ(budgets.size(), 2U);
  EXPECT_FALSE(budgets.open("both", policy, kStart + 960));
  budgets.clean(policy, kStart + 960);
  budgets.clean(policy, kStart + 600 + 960);
  EXPECT_EQ(budgets.size(), 0U);
  budgets.charge("old", policy, kStart + 2000);
  EXPECT_FALSE(budgets.open("old", policy, kStart + 2000));
}

}  // namespace
}  // namespace umbra
