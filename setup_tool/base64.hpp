// Base64 with padding (RFC 4648 §4), by libsodium: the tool's only use of it.
#pragma once

#include "common/cursor.hpp"
#include "setup_tool/secret_text.hpp"

namespace umbra {

SecretText base64(Bytes bytes);

}  // namespace umbra
