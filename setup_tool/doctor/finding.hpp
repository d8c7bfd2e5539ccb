// One thing that doctor found, for people and for JSON; ruled by umbra-totp(1), "doctor". Pure.
#pragma once

#include <string>
#include <vector>

#include "setup_tool/exit_code.hpp"

namespace umbra {

// Open is what lets somebody in without a code, keeps everybody out, or could not be looked at.
enum class Level : std::uint8_t { good, note, warning, open };

struct Finding {
  Level level = Level::open;
  std::string subject;  // "daemon", "sshd", a service
  std::string what;
  std::string why;     // empty where it is plain
  std::string place;   // FILE:LINE or a file; empty where there is none
  std::string change;  // what to write or run; empty where there is nothing to do
};
using Findings = std::vector<Finding>;

std::string findings_page(const Findings& findings);
// One object a line.
std::string findings_json(const Findings& findings);
// done only where nothing is open, and something was looked at.
Exit exit_of(const Findings& findings) noexcept;

}  // namespace umbra
