// One user of the web application, a JSON object a line; ruled by ARCHITECTURE.md, "Import and export". Pure.
#pragma once

#include <vector>

#include "setup_tool/fernet.hpp"
#include "setup_tool/import/imported.hpp"

namespace umbra::intake {

// The keys that the setting SECRET_KEY may mean: its SHA-256, or the 32 bytes that it is in base64url. Which of them
// opens a token is told by the token's MAC; seals the first.
std::vector<FernetKey> keys_of_setting(std::string_view setting);

Reading read_web_line(std::string_view line, const std::vector<FernetKey>& keys);

}  // namespace umbra::intake
