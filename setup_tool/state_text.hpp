// A user's state for people, for columns and for JSON. Pure.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "common/tool_messages.hpp"

namespace umbra {

// Times are RFC 3339 in UTC, or null: never, not locked, not told, or without an end.
nlohmann::ordered_json state_json(const wire::UserState& state);

// Several lines, "name: value".
std::string state_page(const wire::UserState& state);

// One line: user, state, lock, backup codes left, recent failures, last success.
std::string state_row(const wire::UserState& state);

}  // namespace umbra
