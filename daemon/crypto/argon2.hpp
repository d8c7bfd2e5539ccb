// The one wrapper of libargon2: Argon2id (RFC 9106) with the parameters that backup codes are kept with.
#pragma once

#include <cstdint>
#include <string_view>

#include "common/cursor.hpp"

namespace umbra::argon2 {

inline constexpr std::uint32_t kPasses = 2;             // t
inline constexpr std::uint32_t kMemoryCostKib = 19456;  // m
inline constexpr std::uint32_t kParallelism = 1;        // p
inline constexpr std::size_t kHashSize = 32;
inline constexpr std::size_t kSaltSize = 16;

// About 20 ms and 19 MiB. False where memory ran out; `hash` (kHashSize bytes) is then all zero.
bool id(std::string_view password, Bytes salt, std::span<std::uint8_t> hash) noexcept;

}  // namespace umbra::argon2
