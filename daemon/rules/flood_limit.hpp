// How many entries a second may go into the audit trail, and how many were dropped: a token bucket. Pure.
#pragma once

#include <cstdint>

namespace umbra {

class FloodLimit {
 public:
  // `burst` entries at once, and `rate` a second for ever.
  constexpr FloodLimit(std::int64_t rate, std::int64_t burst) noexcept : rate_(rate), burst_(burst), left_(burst) {}

  // `now`: unix seconds of Clock::steady. False: this entry is one too many, and counted as dropped.
  bool take(std::int64_t now) noexcept;
  // How many were dropped since this was asked last.
  std::uint32_t take_dropped() noexcept;

 private:
  std::int64_t rate_, burst_, left_;
  std::int64_t filled_ = 0;
  std::uint32_t dropped_ = 0;
};

}  // namespace umbra
