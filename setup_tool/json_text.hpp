// One JSON object a line, as every --json answer is, by nlohmann's library.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace umbra {

// Bytes that are no UTF-8 become U+FFFD: a strange name ends no listing.
inline std::string json_line(const nlohmann::ordered_json& object) {
  return object.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace umbra
