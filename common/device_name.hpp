// What a device may be called, the same for tool and daemon; ruled by ARCHITECTURE.md, "Several devices".
#pragma once

#include <cstddef>
#include <string_view>

namespace umbra {

inline constexpr std::size_t kMaxDeviceName = 32;  // bytes
// The device that nobody named: of setup without a name, or of a login that enrolled.
inline constexpr std::string_view kUnnamedDevice = "first";

// ASCII letters, digits, and between them space, '.', '_', '-' and '+'. So no name steers a terminal, passes for a path
// or an option, or differs from another by what nobody sees.
constexpr bool plausible_device_name(std::string_view name) noexcept {
  const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); };
  if (name.empty() || name.size() > kMaxDeviceName || !plain(name.front()) || !plain(name.back())) return false;
  for (const char c : name)
    if (!plain(c) && c != ' ' && c != '.' && c != '_' && c != '-' && c != '+') return false;
  return true;
}

}  // namespace umbra
