// The export of Google's authenticator app, a protobuf message in base64; ruled by ARCHITECTURE.md, "Import and
// export". Pure.
#pragma once

#include "setup_tool/import/imported.hpp"

namespace umbra::intake {

// What stands behind data=, without its percent signs.
Reading read_migration(std::string_view base64);

// The account of a label "issuer:account", or of one that is an account alone.
std::string_view account_of(std::string_view label) noexcept;

}  // namespace umbra::intake
