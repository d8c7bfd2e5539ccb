#include "daemon/rules/replay_window.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

namespace umbra {
namespace {

constexpr auto kSize = ReplayWindow::kSize;

TEST(ReplayWindow, FreshOneHasSpentNothing) {
  const ReplayWindow window;
  for (const std::uint64_t step : {std::uint64_t{0}, std::uint64_t{1}, kSize, UINT64_MAX})
    EXPECT_FALSE(window.spent(step));
}

TEST(ReplayWindow, StepsAroundTheHighest) {
  ReplayWindow window;
  window.spend(1000);
  window.spend(998);
  const struct {
    std::uint64_t step;
    bool spent;
  } table[] = {{1001, false}, {1000, true}, {999, false}, {998, true}, {997, false},
               {937, false},  {936, true},  {935, true},  {0, true},   {UINT64_MAX, false}};
  for (const auto& row : table) EXPECT_EQ(window.spent(row.step), row.spent) << row.step;
}

TEST(ReplayWindow, WhatSlidesOutStaysSpent) {
  ReplayWindow window;
  window.spend(1000);
  for (const std::uint64_t ahead : {std::uint64_t{1}, kSize - 1, kSize, kSize + 1, std::uint64_t{1} << 40}) {
    ReplayWindow later = window;
    later.spend(1000 + ahead);
    EXPECT_TRUE(later.spent(1000)) << ahead;
    EXPECT_TRUE(later.spent(1000 + ahead)) << ahead;
    EXPECT_EQ(later.spent(1000 + ahead - 1), ahead == 1) << ahead;
  }
}

TEST(ReplayWindow, SpendingBelowTheWindowChangesNothing) {
  ReplayWindow window;
  window.spend(1000);
  const ReplayWindow before = window;
  window.spend(1000 - kSize);
  window.spend(0);
  EXPECT_EQ(window, before);
}

TEST(ReplayWindow, StepZeroAndTheLastOne) {
  ReplayWindow window;
  window.spend(0);
  EXPECT_TRUE(window.spent(0));
  EXPECT_FALSE(window.spent(1));
  window.spend(UINT64_MAX);
  EXPECT_TRUE(window.spent(UINT64_MAX));
  EXPECT_FALSE(window.spent(UINT64_MAX - 1));
  EXPECT_TRUE(window.spent(0));
}

// The model remembers every step for ever; the window may only be stricter below its edge.
TEST(ReplayWindow, BehavesLikeASet) {
  std::mt19937_64 random(20240229);
  for (int round = 0; round < 300; ++round) {
    ReplayWindow window;
    std::set<std::uint64_t> model;
    std::uint64_t center = 100'000;
    for (int i = 0; i < 300; ++i) {
      center += random() % 8 == 0 ? random() % 200 : random() % 3;
      const std::uint64_t step = center - random() % 80;
      const bool below = !model.empty() && *model.rbegin() >= step + kSize;
      ASSERT_EQ(window.spent(step), below || model.contains(step)) << "round " << round << " step " << step;
      if (random() % 2 == 0) continue;
      window.spend(step);
      model.insert(step);
      ASSERT_TRUE(window.spent(step));
      ASSERT_EQ(window.highest, *model.rbegin());
    }
    for (const std::uint64_t step : model) ASSERT_TRUE(window.spent(step));
  }
}

}  // namespace
}  // namespace umbra
