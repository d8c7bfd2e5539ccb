#include "setup_tool/otpauth.hpp"

namespace umbra {
namespace {

constexpr std::uint8_t kDefaultDigits = 6;
constexpr std::uint32_t kDefaultPeriod = 30;

bool unreserved(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

}  // namespace

SecretText base32(Bytes bytes) {
  constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  SecretText text;
  text.reserve((bytes.size() * 8 + 4) / 5);
  unsigned bits = 0;  // in `window`, not yet written
  std::uint32_t window = 0;
  for (const std::uint8_t byte : bytes) {
    window = (window << 8 | byte) & 0xFFFF;
    for (bits += 8; bits >= 5; bits -= 5) text += kAlphabet[window >> (bits - 5) & 31];
  }
  if (bits > 0) text += kAlphabet[window << (5 - bits) & 31];
  return text;
}

std::string percent_encode(std::string_view text) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    if (unreserved(c)) {
      encoded += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    encoded += '%';
    encoded += kHex[byte >> 4];
    encoded += kHex[byte & 15];
  }
  return encoded;
}

std::string_view algorithm_name(std::uint8_t algorithm) noexcept {
  switch (static_cast<wire::Algorithm>(algorithm)) {
    case wire::Algorithm::sha1: return "SHA1";
    case wire::Algorithm::sha256: return "SHA256";
    case wire::Algorithm::sha512: return "SHA512";
  }
  return "";
}

SecretText otpauth_uri(const OtpAccount& account) {
  const std::string issuer = percent_encode(account.issuer);
  SecretStream uri;
  uri << "otpauth://totp/" << issuer << ':' << percent_encode(account.user) << "?secret=" << account.secret
      << "&issuer=" << issuer;
  if (account.algorithm != static_cast<std::uint8_t>(wire::Algorithm::sha1))
    uri << "&algorithm=" << algorithm_name(account.algorithm);
  if (account.digits != kDefaultDigits) uri << "&digits=" << unsigned{account.digits};
  if (account.period != kDefaultPeriod) uri << "&period=" << account.period;
  return std::move(uri).str();
}

}  // namespace umbra
