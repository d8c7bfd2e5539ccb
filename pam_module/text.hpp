// Text as bytes and bytes as text: the wire and wiped memory hold bytes, libpam speaks text. Pure.
#pragma once

#include <string_view>

#include "common/cursor.hpp"

namespace umbra {

inline std::string_view as_text(Bytes bytes) noexcept {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
inline Bytes as_bytes(std::string_view text) noexcept {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

inline bool is_control(char c) noexcept { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

}  // namespace umbra
