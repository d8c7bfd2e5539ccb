#include "daemon/rules/flood_limit.hpp"

#include <gtest/gtest.h>

#include <initializer_list>

namespace umbra {
namespace {

constexpr std::int64_t kStart = 1'700'000'000;

int taken(FloodLimit& limit, std::int64_t now, int tries = 1000) {
  int count = 0;
  for (int i = 0; i < tries; ++i) count += limit.take(now) ? 1 : 0;
  return count;
}

TEST(FloodLimit, ABurstAndThenTheRate) {
  FloodLimit limit(10, 50);
  EXPECT_EQ(taken(limit, kStart), 50);
  EXPECT_EQ(taken(limit, kStart), 0);
  for (int second = 1; second <= 5; ++second) EXPECT_EQ(taken(limit, kStart + second), 10) << second;
  EXPECT_EQ(taken(limit, kStart + 8), 30) << "what three seconds gave";
}

TEST(FloodLimit, NeverHoldsMoreThanABurst) {
  FloodLimit limit(10, 50);
  taken(limit, kStart);
  EXPECT_EQ(taken(limit, kStart + 86400), 50);
  EXPECT_EQ(taken(limit, INT64_MAX), 50) << "nor overflows";
}

TEST(FloodLimit, NoMoreThanBurstAndRateInAnyStretch) {
  FloodLimit limit(3, 7);
  std::int64_t all = 0;
  for (std::int64_t now = kStart; now < kStart + 500; ++now) {
    all += taken(limit, now, static_cast<int>(now % 13));
    EXPECT_LE(all, 7 + 3 * (now - kStart));
  }
  EXPECT_GT(all, 3 * 450) << "and the rate is used";
}

TEST(FloodLimit, CountsWhatItDropsUntilItIsAsked) {
  FloodLimit limit(1, 2);
  EXPECT_EQ(limit.take_dropped(), 0U);
  taken(limit, kStart, 10);
  EXPECT_EQ(limit.take_dropped(), 8U);
  EXPECT_EQ(limit.take_dropped(), 0U) << "told once";
  EXPECT_TRUE(limit.take(kStart + 1));
  EXPECT_EQ(limit.take_dropped(), 0U) << "what was taken was not dropped";
}

TEST(FloodLimit, AClockThatGoesBackGivesNothing) {
  FloodLimit limit(10, 5);
  EXPECT_EQ(taken(limit, kStart), 5);
  for (const std::int64_t back : {0, 1, 3600}) EXPECT_EQ(taken(limit, kStart - back), 0) << back;
  EXPECT_EQ(taken(limit, kStart + 1), 5);
}

}  // namespace
}  // namespace umbra
