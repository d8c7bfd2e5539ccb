// Base64 (RFC 4648 §4 and §5), by libsodium: the tool's only use of it.
#pragma once

#include <optional>
#include <string_view>

#include "common/cursor.hpp"
#include "setup_tool/secret_text.hpp"

namespace umbra {

enum class Base64 : std::uint8_t {
  standard,  // with padding
  bare,      // without: PHC strings
  url_safe,  // with padding: Fernet
};

SecretText base64(Bytes bytes, Base64 variant = Base64::standard);
// Nothing where `text` is not exactly what an encoder of this variant writes.
std::optional<SecretBlob> from_base64(std::string_view text, Base64 variant);

}  // namespace umbra
