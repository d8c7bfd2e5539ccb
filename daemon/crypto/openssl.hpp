// The one wrapper of OpenSSL's libcrypto: HMAC (RFC 2104) and AES-128-CBC with PKCS #7 padding.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "common/cursor.hpp"

namespace umbra::openssl {

enum class Digest : std::uint8_t { sha1, sha256, sha512 };
inline constexpr std::size_t kMaxDigestSize = 64;

// RFC 2104 of `data`, with a key of any length. Writes the digest (20, 32 or 64 bytes) to `out` and returns its size.
// Throws std::runtime_error where libcrypto refuses. Nothing of key or digest stays in libcrypto's memory.
std::size_t hmac(Digest digest, Bytes key, Bytes data, std::span<std::uint8_t, kMaxDigestSize> out);

inline constexpr std::size_t kAesKeySize = 16;
inline constexpr std::size_t kAesBlockSize = 16;

// Both write to `out`, which must have room for `in` and one block more, and return the size. Encryption throws
// std::runtime_error; decryption returns nothing where `in` is no whole blocks or the padding is wrong.
std::size_t encrypt_aes128_cbc(Bytes key, Bytes iv, Bytes in, std::span<std::uint8_t> out);
std::optional<std::size_t> decrypt_aes128_cbc(Bytes key, Bytes iv, Bytes in, std::span<std::uint8_t> out);

}  // namespace umbra::openssl
