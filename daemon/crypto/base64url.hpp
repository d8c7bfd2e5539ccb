// The text of sealed tokens: RFC 4648's base64url, by table. Tokens are no secret; keys go through libsodium, which
// looks nothing up and takes ten times as long.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "common/cursor.hpp"

namespace umbra {

std::string encode_base64url(Bytes in);

// The size of what `in` stands for, in bytes, written to `out`. Nothing where `in` is not exactly what an encoder
// writes (alphabet, padding, zero bits behind the last byte), or is too long for `out`.
std::optional<std::size_t> decode_base64url(std::string_view in, std::span<std::uint8_t> out) noexcept;

}  // namespace umbra
