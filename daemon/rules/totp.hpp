// Time-based one-time passwords: RFC 6238 over RFC 4226, for SHA-1, SHA-256 and SHA-512. Pure.
#pragma once

#include <cstdint>

#include "common/protocol.hpp"
#include "daemon/crypto/openssl.hpp"

namespace umbra {

// RFC 6238 §4.2: T = (Current Unix time - T0) / X, with T0 = 0 and X = `period` seconds. Times before 1970 are step 0.
std::uint64_t time_step(std::int64_t unix_time, std::uint32_t period) noexcept;

// RFC 4226 §5.3: HOTP(K,C) = Truncate(HMAC(K,C)) mod 10^Digit, for `digits` from 6 to 8. `secret` must outlive it.
// Throws std::runtime_error where libcrypto refuses.
class Hotp {
 public:
  Hotp(wire::Algorithm algorithm, Bytes secret, unsigned digits) noexcept;
  std::uint32_t operator()(std::uint64_t counter) const;

 private:
  openssl::Digest digest_;
  Bytes secret_;
  std::uint32_t modulus_;
};

}  // namespace umbra
