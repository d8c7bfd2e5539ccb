#include "daemon/crypto/fernet.hpp"

#include <stdexcept>

#include "common/secret.hpp"
#include "daemon/crypto/base64url.hpp"
#include "daemon/crypto/openssl.hpp"
#include "daemon/crypto/sodium.hpp"

namespace umbra::fernet {
namespace {

// Fernet Spec, "Token Format": "A fernet token is the base64url encoding of the concatenation of the following fields:
// Version, 8 bits; Timestamp, 64 bits; IV, 128 bits; Ciphertext, variable length, multiple of 128 bits; HMAC, 256
// bits".
constexpr std::uint8_t kVersion = 0x80;
constexpr std::size_t kTimestampAt = 1;
constexpr std::size_t kIvAt = kTimestampAt + 8;
constexpr std::size_t kCiphertextAt = kIvAt + openssl::kAesBlockSize;
constexpr std::size_t kMacSize = 32;
constexpr std::size_t kMaxCiphertext = kMaxPlain + openssl::kAesBlockSize;
constexpr std::size_t kMaxBinary = kCiphertextAt + kMaxCiphertext + kMacSize;

// "All encodings in this specification use big-endian": unlike our own messages.
void put_timestamp(std::uint8_t* at, std::uint64_t seconds) noexcept {
  for (std::size_t i = 8; i-- > 0; seconds >>= 8) at[i] = static_cast<std::uint8_t>(seconds);
}
std::uint64_t get_timestamp(const std::uint8_t* at) noexcept {
  std::uint64_t seconds = 0;
  for (std::size_t i = 0; i < 8; ++i) seconds = seconds << 8 | at[i];
  return seconds;
}

// Spec, "Verifying", step 3: "If the user has specified a maximum age (or "time-to-live") for the token, ensure the
// recorded timestamp is not too far in the past."
bool in_time(std::uint64_t stamp, std::int64_t ttl, std::int64_t now) noexcept {
  constexpr std::uint64_t kLast = std::uint64_t{1} << 62;
  if (stamp > kLast || now < 0 || ttl < 0) return false;
  const auto sealed = static_cast<std::int64_t>(stamp);
  return sealed <= now + kMaxClockSkew && now - sealed <= ttl;
}

}  // namespace

// In locked memory, and nowhere else between two tokens.
struct Key::State {
  sodium::LockedMemory key = sodium::locked_memory(kKeySize);
  // Spec, "Key Format": "Signing-key, 128 bits; Encryption-key, 128 bits".
  [[nodiscard]] Bytes signing_key() const noexcept { return {key.get(), kKeySize / 2}; }
  [[nodiscard]] Bytes encryption_key() const noexcept { return {key.get() + kKeySize / 2, kKeySize / 2}; }

  void sign(Bytes data, std::span<std::uint8_t, openssl::kMaxDigestSize> mac) const {
    openssl::hmac(openssl::Digest::sha256, signing_key(), data, mac);
  }
};
static_assert(kKeySize / 2 == openssl::kAesKeySize);

Key::Key(Bytes key) {
  if (key.size() != kKeySize) throw std::invalid_argument("a Fernet key has 32 bytes");
  state_ = std::make_unique<State>();
  std::memcpy(state_->key.get(), key.data(), kKeySize);
}
Key::Key(Key&&) noexcept = default;
Key& Key::operator=(Key&&) noexcept = default;
Key::~Key() = default;

std::string Key::seal(Bytes plain, std::int64_t now, Bytes iv) const {
  if (plain.size() > kMaxPlain) throw std::length_error("too long to seal");
  std::uint8_t binary[kMaxBinary];
  binary[0] = kVersion;
  put_timestamp(binary + kTimestampAt, static_cast<std::uint64_t>(now));
  std::memcpy(binary + kIvAt, iv.data(), openssl::kAesBlockSize);
  const std::size_t size =
      kCiphertextAt + openssl::encrypt_aes128_cbc(state_->encryption_key(), iv, plain,
                                                  std::span(binary).subspan(kCiphertextAt, kMaxCiphertext));
  std::uint8_t mac[openssl::kMaxDigestSize];
  state_->sign(Bytes(binary, size), mac);
  std::memcpy(binary + size, mac, kMacSize);

  return encode_base64url(Bytes(binary, size + kMacSize));
}

std::optional<std::size_t> Key::open(std::string_view token, std::optional<std::int64_t> ttl, std::int64_t now,
                                     std::span<std::uint8_t> out) const {
  std::uint8_t binary[kMaxBinary];
  const auto decoded = decode_base64url(token, binary);
  if (!decoded || *decoded < kCiphertextAt + openssl::kAesBlockSize + kMacSize) return std::nullopt;
  const std::size_t size = *decoded - kMacSize;

  // The specification checks version and age first; the MAC covers both, so nothing unproven is ever looked at.
  std::uint8_t mac[openssl::kMaxDigestSize];
  state_->sign(Bytes(binary, size), mac);
  if (!sodium::equal(Bytes(mac, kMacSize), Bytes(binary + size, kMacSize))) return std::nullopt;
  if (binary[0] != kVersion) return std::nullopt;
  if (ttl && !in_time(get_timestamp(binary + kTimestampAt), *ttl, now)) return std::nullopt;

  std::uint8_t plain[kMaxCiphertext + openssl::kAesBlockSize];
  const Bytes ciphertext(binary + kCiphertextAt, size - kCiphertextAt);
  const WipeGuard guard(plain, ciphertext.size() + openssl::kAesBlockSize);  // nothing is written behind that
  const auto got = openssl::decrypt_aes128_cbc(state_->encryption_key(), Bytes(binary + kIvAt, openssl::kAesBlockSize),
                                               ciphertext, plain);
  if (!got || *got > out.size()) return std::nullopt;
  std::memcpy(out.data(), plain, *got);
  return got;
}

}  // namespace umbra::fernet
