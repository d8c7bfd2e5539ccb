// One line of pam_oath's users file, /etc/users.oath; ruled by ARCHITECTURE.md, "Import and export". Knows the
// machine's time zone, in which that file writes, and is pure otherwise.
#pragma once

#include "setup_tool/import/imported.hpp"

namespace umbra::intake {

Reading read_oath_line(std::string_view line);

}  // namespace umbra::intake
