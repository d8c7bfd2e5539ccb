// Names, times and reasons as text for people and for JSON. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/protocol.hpp"

namespace umbra {

// Everything but printable ASCII becomes '?': what comes from elsewhere never steers a terminal.
std::string printable(std::string_view text);

// Seconds since 1970 as RFC 3339 in UTC, "2026-01-31T12:00:00Z"; nothing outside the years 1970 to 9999.
std::optional<std::string> utc_time(std::int64_t unix_seconds);

// The audit log's word: "wrong_code"; empty for Reason::unspecified and for numbers that are no Reason.
std::string_view reason_word(std::uint8_t reason) noexcept;

// What to do after a refusal, in one line.
std::string refusal_line(std::uint8_t reason, std::string_view user);

// Six to eight digits or, hyphens and spaces aside, eight letters and digits: what the daemon takes for a code.
bool plausible_code(std::string_view word) noexcept;

}  // namespace umbra
