#include "daemon/system/clock.hpp"

#include <ctime>

namespace umbra {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;  // nanoseconds

std::int64_t nanoseconds(clockid_t clock) noexcept {
  timespec now{};
  clock_gettime(clock, &now);  // fails for unknown clocks only
  return std::int64_t{now.tv_sec} * kSecond + now.tv_nsec;
}

}  // namespace

// CLOCK_BOOTTIME, unlike CLOCK_MONOTONIC, also runs while the machine is suspended.
SystemClock::SystemClock() : boot_(nanoseconds(CLOCK_REALTIME) - nanoseconds(CLOCK_BOOTTIME)) {}

std::int64_t SystemClock::wall() const { return nanoseconds(CLOCK_REALTIME) / kSecond; }

std::int64_t SystemClock::steady() const { return (boot_ + nanoseconds(CLOCK_BOOTTIME)) / kSecond; }

}  // namespace umbra
