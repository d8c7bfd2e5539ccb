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

  // This step and all before it.
  void spend_up_to(std::uint64_t step) noexcept {
    if (mask == 0 || step >= highest) {
      highest = step;
      mask = ~std::uint64_t{0};
    } else if (highest - step < kSize) {
      mask |= ~std::uint64_t{0} << (highest - step);
    }
  }

  // Whatever is spent there.
  void spend_all_of(const ReplayWindow& other) noexcept {
    if (other.mask == 0) return;
    if (mask == 0) {
      *this = other;
      return;
    }
    const bool behind = highest < other.highest;
    const ReplayWindow& ahead = behind ? other : *this;
    const ReplayWindow& rest = behind ? *this : other;
    const std::uint64_t apart = ahead.highest - rest.highest;
    *this = {ahead.highest, ahead.mask | (apart < kSize ? rest.mask << apart : 0)};
  }

  bool operator==(const ReplayWindow&) const = default;
};

}  // namespace umbra
