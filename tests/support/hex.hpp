// Bytes as two hexadecimal digits each, for files of other tools and for what a failed check tells.
#pragma once

#include <string>
#include <string_view>

#include "common/cursor.hpp"

namespace umbra::test {

inline std::string hex(Bytes bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

}  // namespace umbra::test
