// One line of otpauth URIs, as authenticator apps and umbra-totp export write them; ruled by ARCHITECTURE.md, "Import
// and export". Pure.
#pragma once

#include "setup_tool/import/imported.hpp"

namespace umbra::intake {

// otpauth://totp/…, or otpauth-migration://offline?data=…, which holds several.
Reading read_otpauth_line(std::string_view line);

}  // namespace umbra::intake
