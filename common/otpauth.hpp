// The text that authenticator apps read: base32 (RFC 4648 §6) and the otpauth URI (Key Uri Format of Google
// Authenticator's wiki), into room that the caller owns and wipes. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "common/protocol.hpp"

namespace umbra {

// Without padding, as the apps want it: "The secret parameter is an arbitrary key value encoded in Base32 according
// to RFC 3548. The padding specified in RFC 3548 section 2.2 is not required and should be omitted."
constexpr std::size_t base32_size(std::size_t bytes) noexcept { return (bytes * 8 + 4) / 5; }
// Characters written; 0 where `out` is smaller than base32_size().
std::size_t base32(Bytes bytes, std::span<char> out) noexcept;

// "SHA1", "SHA256", "SHA512"; empty for a number that is no wire::Algorithm.
std::string_view algorithm_name(std::uint8_t algorithm) noexcept;

struct OtpAccount {
  std::string_view issuer, user;
  std::string_view secret;  // base32
  std::uint8_t algorithm = 0, digits = 0;
  std::uint32_t period = 0;  // seconds
};

// Parameters at the format's default (SHA1, 6 digits, 30 seconds) are left out: the QR code stays small. Every byte of
// a name but RFC 3986's unreserved ones is written as %XX. Characters written; 0 where `out` is too small.
std::size_t otpauth_uri(const OtpAccount& account, std::span<char> out) noexcept;

}  // namespace umbra
