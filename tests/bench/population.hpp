// The people that the benchmark logs in: user number n has one name, uid and secret wherever they are asked for.
#pragma once

#include <array>
#include <cstdint>
#include <cstdio>
#include <string>

namespace umbra::bench {

inline constexpr std::uint32_t kFirstUid = 200000;

inline std::string user_name(unsigned n) {
  char name[16];
  std::snprintf(name, sizeof name, "bench%07u", n);
  return name;
}

// splitmix64 of the number: different for each user, the same in every process.
inline std::array<std::uint8_t, 20> secret(unsigned n) {
  std::array<std::uint8_t, 20> bytes{};
  std::uint64_t state = n;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    state += 0x9E3779B97F4A7C15ULL;
    std::uint64_t z = state;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    bytes[i] = static_cast<std::uint8_t>(z ^ (z >> 31));
  }
  return bytes;
}

}  // namespace umbra::bench
