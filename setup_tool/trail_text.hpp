// Entries of the audit trail for people and for JSON. Pure.
#pragma once

#include <string>

#include "common/admin_messages.hpp"

namespace umbra {

// One line: time, verdict, event, user, service, source, reason, "-" for what is empty; before it a line of its own
// where entries are missing.
std::string trail_row(const wire::TrailEntry& entry);
std::string trail_json(const wire::TrailEntry& entry);

}  // namespace umbra
