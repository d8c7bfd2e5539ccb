// The key ring that the corpus was sealed with.
#pragma once

#include "daemon/crypto/keyring.hpp"
#include "tests/fuzz/targets.hpp"

namespace umbra::fuzz {

inline constexpr std::string_view kKey = "MTExMTExMTExMTExMTExMTExMTExMTExMTExMTExMTE=";
inline constexpr std::int64_t kNow = 1'700'000'000;

inline const KeyRing& fixed_ring() {
  static const auto ring = KeyRing::parse(kKey);
  return *ring;
}

}  // namespace umbra::fuzz
