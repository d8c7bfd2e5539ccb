// The text that authenticator apps read: base32 (RFC 4648 §6) and the otpauth URI (Key Uri Format of Google
// Authenticator's wiki). Pure.
#pragma once

#include <string>
#include <string_view>

#include "common/protocol.hpp"
#include "setup_tool/secret_text.hpp"

namespace umbra {

// Without padding, as the apps want it: "The secret parameter is an arbitrary key value encoded in Base32 according
// to RFC 3548. The padding specified in RFC 3548 section 2.2 is not required and should be omitted."
SecretText base32(Bytes bytes);

// Every byte but RFC 3986's unreserved ones as %XX.
std::string percent_encode(std::string_view text);

// "SHA1", "SHA256", "SHA512"; empty for a number that is no wire::Algorithm.
std::string_view algorithm_name(std::uint8_t algorithm) noexcept;

struct OtpAccount {
  std::string_view issuer, user;
  std::string_view secret;  // base32
  std::uint8_t algorithm = 0, digits = 0;
  std::uint32_t period = 0;
};

// Parameters at the format's default (SHA1, 6 digits, 30 seconds) are left out: the QR code stays small.
SecretText otpauth_uri(const OtpAccount& account);

}  // namespace umbra
