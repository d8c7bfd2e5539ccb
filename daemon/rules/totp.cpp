#include "daemon/rules/totp.hpp"

#include "common/secret.hpp"
#include "daemon/crypto/openssl.hpp"

namespace umbra {
namespace {

openssl::Digest digest_of(wire::Algorithm algorithm) noexcept {
  switch (algorithm) {
    case wire::Algorithm::sha1: return openssl::Digest::sha1;
    case wire::Algorithm::sha256: return openssl::Digest::sha256;
    case wire::Algorithm::sha512: return openssl::Digest::sha512;
  }
  return openssl::Digest::sha1;
}

constexpr std::uint32_t kPowersOfTen[] = {1, 10, 100, 1'000, 10'000, 100'000, 1'000'000, 10'000'000, 100'000'000};

}  // namespace

std::uint64_t time_step(std::int64_t unix_time, std::uint32_t period) noexcept {
  return unix_time <= 0 || period == 0 ? 0 : static_cast<std::uint64_t>(unix_time) / period;
}

Hotp::Hotp(wire::Algorithm algorithm, Bytes secret, unsigned digits) noexcept
    : digest_(digest_of(algorithm)), secret_(secret), modulus_(kPowersOfTen[digits <= 8 ? digits : 8]) {}

std::uint32_t Hotp::operator()(std::uint64_t counter) const {
  // RFC 4226 §5.1: "8-byte counter value, the moving factor"; §5.2: "C ... is hashed high-order byte first".
  std::uint8_t message[8];
  for (std::size_t i = 8; i-- > 0; counter >>= 8) message[i] = static_cast<std::uint8_t>(counter);
  std::uint8_t hash[openssl::kMaxDigestSize];
  const WipeGuard guard(hash, sizeof hash);
  const std::size_t size = openssl::hmac(digest_, secret_, message, hash);

  // RFC 4226 §5.3: "Let OffsetBits be the low-order 4 bits of String[19]" (the last byte of longer hashes, as RFC
  // 6238's reference implementation has it); "P = String[OffsetBits]...String[OffsetBits+3]"; "Return the Last 31
  // bits".
  const std::size_t offset = hash[size - 1] & 0x0F;
  std::uint32_t binary = 0;
  for (std::size_t i = 0; i < 4; ++i) binary = binary << 8 | hash[offset + i];
  return (binary & 0x7FFF'FFFFU) % modulus_;
}

}  // namespace umbra
