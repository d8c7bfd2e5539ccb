// A clock that stands still until a test moves it.
#pragma once

#include <atomic>

#include "daemon/system/clock.hpp"

namespace umbra::test {

class FakeClock final : public Clock {
 public:
  explicit FakeClock(std::int64_t now = 1'700'000'000) : wall_(now), steady_(now) {}
  [[nodiscard]] std::int64_t wall() const override { return wall_; }
  [[nodiscard]] std::int64_t steady() const override { return steady_; }

  // Time passes.
  void advance(std::int64_t seconds) {
    wall_ += seconds;
    steady_ += seconds;
  }
  // Somebody sets the machine's clock.
  void step_wall(std::int64_t seconds) { wall_ += seconds; }
  // The daemon is started again: the steady clock begins at the machine's.
  void reboot() { steady_ = wall_.load(); }

 private:
  std::atomic<std::int64_t> wall_, steady_;
};

}  // namespace umbra::test
