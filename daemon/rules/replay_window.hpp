// Which time steps a user has spent: the sliding window of RFC 4303 §3.4.3. Pure.
#pragma once

#include <cstdint>

namespace umbra {

// `highest` is the highest step accepted so far, bit i of `mask` says that highest - i was accepted. What lies
// below the window counts as spent, so nothing needs purging and a clock that goes back re-opens nothing.
struct ReplayWindow {
  static constexpr std::uint64_t kSize = 64;

  std::uint64_t highest = 0;
  std::uint64_t mask = 0;

  [[nodiscard]] bool spent(std::uint64_t step) const noexcept {
    if (mask == 0 || step > highest) return false;
    const std::uint64_t below = highest - step;
    return below >= kSize || ((mask >> below) & 1) != 0;
  }

  void spend(std::uint64_t step) noexcept {
    if (mask == 0 || step > highest) {
      const std::uint64_t ahead = mask == 0 ? kSize : step - highest;
      mask = ahead >= kSize ? 1 : (mask << ahead) | 1;
      highest = step;
    } else if (highest - step < kSize) {
      mask |= std::uint64_t{1} << (highest - step);
    }
  }

  bool operator==(const ReplayWindow&) const = default;
};

}  // namespace umbra
