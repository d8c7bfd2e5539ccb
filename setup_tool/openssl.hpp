// What of libcrypto a Fernet token of another application needs: SHA-256, HMAC, AES-128-CBC, randomness; the tool's
// only use of it. All throw Failure (unavailable) where libcrypto refuses.
#pragma once

#include <span>

#include "common/cursor.hpp"
#include "setup_tool/secret_text.hpp"

namespace umbra::openssl {

inline constexpr std::size_t kSha256Size = 32, kAesKeySize = 16, kAesBlockSize = 16;

void sha256(Bytes data, std::span<std::uint8_t, kSha256Size> out);
void hmac_sha256(Bytes key, Bytes data, std::span<std::uint8_t, kSha256Size> out);
SecretBlob encrypt_aes128_cbc(Bytes key, Bytes iv, Bytes plain);
// Empty where `sealed` is no whole blocks or the padding is wrong.
SecretBlob decrypt_aes128_cbc(Bytes key, Bytes iv, Bytes sealed);
// The time depends on the length alone.
bool equal(Bytes a, Bytes b) noexcept;
void random(std::span<std::uint8_t> out);

}  // namespace umbra::openssl
