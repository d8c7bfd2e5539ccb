#include "setup_tool/trail_text.hpp"

#include <iomanip>
#include <sstream>

#include "setup_tool/json_text.hpp"
#include "setup_tool/plain_text.hpp"

namespace umbra {
namespace {

std::string cell(std::string_view text) { return text.empty() ? "-" : printable(text); }

}  // namespace

std::string trail_row(const wire::TrailEntry& entry) {
  std::ostringstream row;
  if (entry.dropped > 0) row << "... " << entry.dropped << " entries were dropped by the flood limit\n";
  row << std::left << std::setw(20) << utc_time(entry.time).value_or("-") << "  " << std::setw(8)
      << (entry.accepted ? "accepted" : "refused") << "  " << std::setw(12) << cell(entry.event) << "  "
      << std::setw(16) << cell(entry.user) << "  " << std::setw(10) << cell(entry.service) << "  " << std::setw(15)
      << cell(entry.source) << "  " << cell(reason_word(entry.reason)) << '\n';
  return row.str();
}

std::string trail_json(const wire::TrailEntry& entry) {
  nlohmann::ordered_json object;
  object["number"] = entry.number;
  object["time"] = time_json(entry.time);
  object["event"] = std::string(entry.event);
  object["user"] = std::string(entry.user);
  object["service"] = std::string(entry.service);
  object["source"] = std::string(entry.source);
  object["accepted"] = entry.accepted;
  object["reason"] = reason_json(entry.reason);
  object["dropped"] = entry.dropped;
  return json_line(object);
}

}  // namespace umbra
