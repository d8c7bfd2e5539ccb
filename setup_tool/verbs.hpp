// Every verb and option as the parser of the command line learns it; ruled by umbra-totp(1).
#pragma once

#include <map>
#include <string>
#include <vector>

#include "setup_tool/words.hpp"

namespace CLI {
class App;
}

namespace umbra {

// The words as they are read, before they are settled.
struct Draft {
  Words words;
  std::string algorithm, qr, valid, key_action, db_action, import_format, export_format;
  unsigned digits = 0;
  std::vector<std::string> subject_and_code;
};

// Declares them all; `draft` is filled when `app` parses, and must live until then.
void add_verbs(CLI::App& app, Draft& draft);

// Empty, or what is wrong with the name of a user.
std::string check_user(const std::string& user);

// "90s", "15m", "2h", "7d" in seconds, 1 second to wire::kMaxBypass.
std::optional<std::uint32_t> seconds_of(std::string_view duration) noexcept;

}  // namespace umbra
