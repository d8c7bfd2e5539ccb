// libpam-google-authenticator's file of one user, ~/.google_authenticator, as its FILEFORMAT says; ruled by
// ARCHITECTURE.md, "Import and export". Pure.
#pragma once

#include "setup_tool/import/imported.hpp"

namespace umbra::intake {

// The whole file.
Reading read_google_authenticator(std::string_view text);

}  // namespace umbra::intake
