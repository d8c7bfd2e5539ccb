#include "daemon/system/clock.hpp"

#include <gtest/gtest.h>

#include <ctime>

#include "tests/support/fake_clock.hpp"

namespace {
std::time_t wall_step = 0;  // seconds that somebody set the machine's clock forward
std::time_t slept = 0;      // seconds that the machine was suspended
}  // namespace

extern "C" int __real_clock_gettime(clockid_t clock, timespec* now);
extern "C" int __wrap_clock_gettime(clockid_t clock, timespec* now);
extern "C" int __wrap_clock_gettime(clockid_t clock, timespec* now) {
  const int result = __real_clock_gettime(clock, now);
  if (clock == CLOCK_REALTIME) now->tv_sec += wall_step + slept;
  if (clock == CLOCK_BOOTTIME) now->tv_sec += slept;
  return result;
}

namespace umbra {
namespace {

constexpr std::int64_t kYear = 365 * 24 * 60 * 60;

class ClockTest : public testing::Test {
 protected:
  ~ClockTest() override { wall_step = slept = 0; }
};

TEST_F(ClockTest, BothStartAtTheWallClock) {
  const SystemClock clock;
  const auto now = static_cast<std::int64_t>(std::time(nullptr));
  EXPECT_NEAR(static_cast<double>(clock.wall()), static_cast<double>(now), 2);
  EXPECT_NEAR(static_cast<double>(clock.steady()), static_cast<double>(now), 2);
}

TEST_F(ClockTest, SteadyFollowsNoStepOfTheWallClock) {
  const SystemClock clock;
  const std::int64_t wall = clock.wall(), steady = clock.steady();
  for (const std::int64_t step : {kYear, -kYear, std::int64_t{31}, std::int64_t{-3600}}) {
    wall_step = step;
    EXPECT_GE(clock.wall(), wall + step);
    EXPECT_LE(clock.wall(), wall + step + 2);
    EXPECT_GE(clock.steady(), steady);
    EXPECT_LE(clock.steady(), steady + 2);
  }
}

TEST_F(ClockTest, SteadyCountsWhileTheMachineSleeps) {
  const SystemClock clock;
  const std::int64_t steady = clock.steady();
  slept = 3600;
  EXPECT_GE(clock.steady(), steady + 3600);
  EXPECT_LE(clock.steady(), steady + 3602);
}

TEST_F(ClockTest, TheFakeMovesOnlyWhenTold) {
  test::FakeClock clock(100);
  clock.advance(5);
  clock.step_wall(-50);
  EXPECT_EQ(clock.wall(), 55);
  EXPECT_EQ(clock.steady(), 105);
}

}  // namespace
}  // namespace umbra
