// Fernet tokens (version 0x80) exactly as github.com/fernet/spec/blob/master/Spec.md says, in base64url text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "common/cursor.hpp"

namespace umbra::fernet {

inline constexpr std::size_t kKeySize = 32;        // signing key 16 | encryption key 16
inline constexpr std::size_t kMaxPlain = 5120;     // bytes; nothing that we seal is longer
inline constexpr std::int64_t kMaxClockSkew = 60;  // seconds a token may come from the future, where a TTL is asked

// Characters of the token's text for `plain` bytes of plaintext.
constexpr std::size_t token_size(std::size_t plain) noexcept {
  return (1 + 8 + 16 + (plain / 16 + 1) * 16 + 32 + 2) / 3 * 4;
}

// One key with its AES and HMAC state prepared once; immutable and safe to use from several threads.
class Key {
 public:
  explicit Key(Bytes key);  // kKeySize bytes; throws std::invalid_argument
  Key(Key&&) noexcept;
  Key& operator=(Key&&) noexcept;
  ~Key();

  // `now`: unix seconds, written into the token. `iv`: 16 random bytes (an argument so that the
  // specification's generate.json can be checked). Throws std::length_error where `plain` is above kMaxPlain.
  [[nodiscard]] std::string seal(Bytes plain, std::int64_t now, Bytes iv) const;

  // The plaintext into `out`; its size, or nothing. One failure for everything: base64, version, MAC, TTL,
  // padding, a too small `out`. The MAC over the whole token is checked first, in constant time.
  // `ttl` in seconds; without one the time in the token is not looked at.
  [[nodiscard]] std::optional<std::size_t> open(std::string_view token, std::optional<std::int64_t> ttl,
                                                std::int64_t now, std::span<std::uint8_t> out) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace umbra::fernet
