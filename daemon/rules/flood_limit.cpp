#include "daemon/rules/flood_limit.hpp"

#include <algorithm>
#include <utility>

namespace umbra {

bool FloodLimit::take(std::int64_t now) noexcept {
  if (now > filled_) {
    const std::int64_t seconds = std::min(now - filled_, burst_);  // more would fill it anyway
    left_ = std::min(burst_, left_ + seconds * rate_);
    filled_ = now;
  }
  if (left_ > 0) {
    --left_;
    return true;
  }
  if (dropped_ < UINT32_MAX) ++dropped_;
  return false;
}

std::uint32_t FloodLimit::take_dropped() noexcept { return std::exchange(dropped_, 0); }

}  // namespace umbra
