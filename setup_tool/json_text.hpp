// One JSON object a line, as every --json answer is, and the values that several of them share; by nlohmann's library.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "setup_tool/plain_text.hpp"

namespace umbra {

// Bytes that are no UTF-8 become U+FFFD: a strange name ends no listing.
inline std::string json_line(const nlohmann::ordered_json& object) {
  return object.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

// The reason's word, or null.
inline nlohmann::ordered_json reason_json(std::uint8_t reason) {
  const auto word = reason_word(reason);
  return word.empty() ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json(std::string(word));
}

// RFC 3339 in UTC, or null for what has no such text.
inline nlohmann::ordered_json time_json(std::int64_t unix_seconds) {
  const auto text = utc_time(unix_seconds);
  return text ? nlohmann::ordered_json(*text) : nlohmann::ordered_json(nullptr);
}

}  // namespace umbra
