// Somebody sets the clock: no code works twice, no lock and no bypass code gets shorter or longer by it.
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "tests/support/whole_daemon.hpp"

namespace umbra {
namespace {

using test::kRoot;

constexpr std::int64_t kHour = 3600, kYear = 365 * 24 * kHour;
constexpr std::int64_t k2038 = 2'147'483'648, k2106 = 4'294'967'296;  // where 31 and 32 bits end
constexpr std::int64_t kSteps[] = {
    1, -1, 31, -31, kHour, -kHour, kYear, -kYear, k2038 - test::kNow, k2106 - test::kNow};

struct Host : test::WholeDaemon {
  Host() { storage().put(test::enrolled()); }
  bool accepts(std::string_view answer) { return log_in(kRoot, {}, answer).reply.accepted; }
  bool locked() { return preauth(kRoot, {}).reply.locked; }
  void lock() {
    for (int i = 0; i < 5; ++i) authfail(kRoot, {});
  }
};

// A code that a step of another time happens to share is that step's own, and new.
TEST(ClockTable, NoStepIsAcceptedTwice) {
  for (const std::int64_t step : kSteps)
    for (const bool reboot : {false, true}) {
      Host host;
      const std::int64_t then = host.clock().wall();
      const std::string code = host.code();
      ASSERT_TRUE(host.accepts(code));
      host.clock().step_wall(step);
      if (reboot) host.clock().reboot();
      const bool shared = host.code() == code || host.code(1) == code || host.code(-1) == code;
      EXPECT_TRUE(!host.accepts(code) || (shared && step != 0 && std::abs(step) > 60)) << step;
      host.clock().step_wall(then - host.clock().wall());
      if (reboot) host.clock().reboot();
      EXPECT_FALSE(host.accepts(code)) << step << ": and not when the clock is right again";
    }
}

TEST(ClockTable, WhatAClockThatWasAheadBurntStaysBurnt) {
  for (const std::int64_t step : kSteps) {
    Host host;
    host.clock().step_wall(step);
    const std::string code = host.code();
    ASSERT_TRUE(host.accepts(code)) << step;
    host.clock().step_wall(-step);
    host.clock().step_wall(step);
    EXPECT_FALSE(host.accepts(code)) << step;
  }
}

TEST(ClockTable, ALockHoldsForItsLength) {
  for (const std::int64_t step : kSteps) {
    Host host;
    host.lock();
    ASSERT_TRUE(host.locked());
    host.clock().step_wall(step);
    EXPECT_TRUE(host.locked()) << step;
    host.clock().advance(1799);
    EXPECT_TRUE(host.locked()) << step << ": not shorter";
    host.clock().advance(1);
    EXPECT_FALSE(host.locked()) << step << ": not longer";
  }
}

// A machine that was off with its clock moved: nobody can know how long. Never longer than the lock's own length.
TEST(ClockTable, OverARebootALockIsNeverLongerThanItsLength) {
  for (const std::int64_t step : kSteps) {
    Host host;
    host.lock();
    host.clock().step_wall(step);
    host.clock().reboot();
    EXPECT_EQ(host.locked(), step < 1800) << step;
    host.clock().advance(1800);
    EXPECT_FALSE(host.locked()) << step;
  }
}

TEST(ClockTable, ABypassCodeEndsInItsTime) {
  for (const std::int64_t step : kSteps) {
    Host host;
    const auto given = host.send<wire::BypassReply>(kRoot, wire::Bypass{"alice", 60});
    const std::string code(given.reply.code);
    host.clock().step_wall(step);
    host.clock().advance(60);
    EXPECT_FALSE(host.accepts(code)) << step;
  }
}

TEST(ClockTable, TheBudgetOf30DaysIsForgivenInTime) {
  for (const std::int64_t step : kSteps) {
    Host host;
    Record alice = host.storage().get("alice");
    alice.lockout.budget_day = host.clock().steady() / 86400;
    alice.lockout.budget[0] = 100;
    host.storage().put(alice);
    host.clock().step_wall(step);
    EXPECT_FALSE(host.accepts(host.code())) << step;
    host.clock().advance(31 * 86400);
    EXPECT_TRUE(host.accepts(host.code())) << step;
  }
}

}  // namespace
}  // namespace umbra
