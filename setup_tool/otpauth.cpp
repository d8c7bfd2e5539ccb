#include "setup_tool/otpauth.hpp"

namespace umbra {

SecretText base32(Bytes bytes) {
  SecretText text(base32_size(bytes.size()), '\0');
  text.resize(base32(bytes, std::span<char>(text)));
  return text;
}

SecretText otpauth_uri(const OtpAccount& account) {
  SecretText text(wire::kMaxUri, '\0');
  text.resize(otpauth_uri(account, std::span<char>(text)));
  return text;
}

}  // namespace umbra
