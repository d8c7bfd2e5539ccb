// The one wrapper of libsodium: randomness, constant-time compare, base64url, locked memory; names from libsodium.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "common/cursor.hpp"

namespace umbra::sodium {

// Must be called once before anything else here; throws std::runtime_error where libsodium cannot start.
void init();

// Fills `out` from the kernel's generator.
void random(std::span<std::uint8_t> out) noexcept;
// Sixteen bytes that nobody can foresee, for an initialization vector: no secret, and so drawn in blocks, since a
// system call for each costs more than the sealing. Not for a process that forks and goes on in both.
void random_iv(std::span<std::uint8_t, 16> out) noexcept;
// Uniform in [0, below).
std::uint32_t random_below(std::uint32_t below) noexcept;

// Equal length and equal bytes; the time depends on the length alone.
bool equal(Bytes a, Bytes b) noexcept;

// BLAKE2b (RFC 7693) of the parts one behind the other: a checksum of 16 bytes, without a key.
void generichash(std::initializer_list<Bytes> parts, std::span<std::uint8_t, 16> out) noexcept;

// The same over more than fits into memory, 32 bytes long.
class Digest {
 public:
  static constexpr std::size_t kSize = 32;
  Digest();
  ~Digest();
  Digest(const Digest&) = delete;
  Digest& operator=(const Digest&) = delete;
  void add(std::string_view text) noexcept;
  // Once; nothing is added behind it.
  std::array<std::uint8_t, kSize> end() noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// RFC 4648 §5, "Base 64 Encoding with URL and Filename Safe Alphabet", with padding; in constant time, since keys
// pass through here. Decoding refuses everything that encoding would not have written.
std::size_t base64url_size(std::size_t bytes) noexcept;         // characters, without a final NUL
void encode_base64url(Bytes in, std::span<char> out) noexcept;  // room for base64url_size() + 1
std::optional<std::size_t> decode_base64url(std::string_view in, std::span<std::uint8_t> out) noexcept;

// Memory that is locked, left out of cores and wiped when freed (sodium_malloc).
struct Free {
  void operator()(std::uint8_t* p) const noexcept;
};
using LockedMemory = std::unique_ptr<std::uint8_t[], Free>;
LockedMemory locked_memory(std::size_t size);  // throws std::bad_alloc

}  // namespace umbra::sodium
