#include "setup_tool/fernet.hpp"

#include "setup_tool/base64.hpp"
#include "setup_tool/openssl.hpp"

namespace umbra {
namespace {

// Fernet Spec, "Token Format": "Version, 8 bits; Timestamp, 64 bits; IV, 128 bits; Ciphertext, variable length,
// multiple of 128 bits; HMAC, 256 bits".
constexpr std::uint8_t kVersion = 0x80;
constexpr std::size_t kIvAt = 1 + 8, kCiphertextAt = kIvAt + openssl::kAesBlockSize;
constexpr std::size_t kMacSize = openssl::kSha256Size;

Bytes bytes(std::string_view text) noexcept {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace

FernetKey FernetKey::of_text(std::string_view text) {
  FernetKey key;
  openssl::sha256(bytes(text), key.key_.resize(kSize).first<kSize>());
  return key;
}

std::optional<FernetKey> FernetKey::of_base64(std::string_view text) {
  const auto raw = from_base64(text, Base64::url_safe);
  if (!raw || raw->size() != kSize) return std::nullopt;
  FernetKey key;
  key.key_.assign(*raw);
  return key;
}

SecretText FernetKey::seal(Bytes plain, std::int64_t now) const {
  SecretBlob token(kCiphertextAt);
  token[0] = kVersion;
  auto seconds = static_cast<std::uint64_t>(now);
  for (std::size_t i = kIvAt; i-- > 1; seconds >>= 8) token[i] = static_cast<std::uint8_t>(seconds);
  openssl::random(std::span(token).subspan(kIvAt, openssl::kAesBlockSize));
  const SecretBlob sealed =
      openssl::encrypt_aes128_cbc(encryption(), Bytes(token).subspan(kIvAt, openssl::kAesBlockSize), plain);
  token.insert(token.end(), sealed.begin(), sealed.end());
  std::uint8_t mac[kMacSize];
  openssl::hmac_sha256(signing(), token, mac);
  token.insert(token.end(), mac, mac + kMacSize);
  return base64(token, Base64::url_safe);
}

std::optional<SecretBlob> FernetKey::open(std::string_view token) const {
  const auto raw = from_base64(token, Base64::url_safe);
  if (!raw || raw->size() < kCiphertextAt + openssl::kAesBlockSize + kMacSize) return std::nullopt;
  const Bytes proven = Bytes(*raw).first(raw->size() - kMacSize);
  std::uint8_t mac[kMacSize];
  openssl::hmac_sha256(signing(), proven, mac);
  if (!openssl::equal(mac, Bytes(*raw).last(kMacSize)) || proven[0] != kVersion) return std::nullopt;
  SecretBlob plain = openssl::decrypt_aes128_cbc(encryption(), proven.subspan(kIvAt, openssl::kAesBlockSize),
                                                 proven.subspan(kCiphertextAt));
  if (plain.empty()) return std::nullopt;
  return plain;
}

}  // namespace umbra
