// The words and numbers that several formats share. Pure.
#pragma once

#include <charconv>
#include <optional>
#include <string_view>

#include "setup_tool/import/imported.hpp"

namespace umbra::intake {

// Digits alone, no sign and no white space, at most `most`.
template <class Number>
std::optional<Number> number(std::string_view text, Number most) noexcept {
  Number value = 0;
  const char* const end = text.data() + text.size();
  if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end || value > most) return std::nullopt;
  return value;
}

// The next word of `text`, which loses it; empty at the end. Blanks and tabs separate.
std::string_view next_word(std::string_view& text) noexcept;
std::string_view trimmed(std::string_view text) noexcept;
bool same_letters(std::string_view a, std::string_view b) noexcept;  // whatever their case
int hex_digit(char c) noexcept;                                      // 0 to 15, or -1

// RFC 4648 §6 in either case; blanks and hyphens are ignored, padding may be there. False where it is none, or has
// not 1 to 64 bytes.
bool read_base32(std::string_view text, SecretBytes<wire::kMaxSecret>& secret) noexcept;
bool read_hex(std::string_view text, SecretBytes<wire::kMaxSecret>& secret) noexcept;

// "2026-01-31T12:00:00", with a blank for the T, a fraction and a zone ("Z", "+02:00") if it likes; UTC where it has no
// zone. Unix seconds; nothing where it is none.
std::optional<std::int64_t> unix_time(std::string_view text) noexcept;

}  // namespace umbra::intake
