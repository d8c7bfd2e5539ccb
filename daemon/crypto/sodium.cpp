#include "daemon/crypto/sodium.hpp"

#include <sodium.h>

#include <array>
#include <cstring>
#include <new>
#include <stdexcept>

namespace umbra::sodium {

void init() {
  if (sodium_init() < 0) throw std::runtime_error("libsodium cannot start: no source of randomness");
}

void random(std::span<std::uint8_t> out) noexcept { randombytes_buf(out.data(), out.size()); }

void random_iv(std::span<std::uint8_t, 16> out) noexcept {
  thread_local std::array<std::uint8_t, 64 * 16> block;
  thread_local std::size_t used = block.size();
  if (used == block.size()) {
    random(block);
    used = 0;
  }
  std::memcpy(out.data(), block.data() + used, out.size());
  used += out.size();
}

std::uint32_t random_below(std::uint32_t below) noexcept { return randombytes_uniform(below); }

bool equal(Bytes a, Bytes b) noexcept {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

void generichash(std::initializer_list<Bytes> parts, std::span<std::uint8_t, 16> out) noexcept {
  crypto_generichash_state state;
  crypto_generichash_init(&state, nullptr, 0, out.size());
  for (const Bytes part : parts) crypto_generichash_update(&state, part.data(), part.size());
  crypto_generichash_final(&state, out.data(), out.size());
}

struct Digest::State {
  crypto_generichash_state hash;
};
Digest::Digest() : state_(std::make_unique<State>()) { crypto_generichash_init(&state_->hash, nullptr, 0, kSize); }
Digest::~Digest() = default;
void Digest::add(std::string_view text) noexcept {
  crypto_generichash_update(&state_->hash, reinterpret_cast<const unsigned char*>(text.data()), text.size());
}
std::array<std::uint8_t, Digest::kSize> Digest::end() noexcept {
  std::array<std::uint8_t, kSize> sum{};
  crypto_generichash_final(&state_->hash, sum.data(), sum.size());
  return sum;
}

std::size_t base64url_size(std::size_t bytes) noexcept { return (bytes + 2) / 3 * 4; }

void encode_base64url(Bytes in, std::span<char> out) noexcept {
  sodium_bin2base64(out.data(), out.size(), in.data(), in.size(), sodium_base64_VARIANT_URLSAFE);
}

std::optional<std::size_t> decode_base64url(std::string_view in, std::span<std::uint8_t> out) noexcept {
  // libsodium 1.0.18 takes every byte above 127 for the alphabet's last letter.
  unsigned char all = 0;
  for (const char c : in) all |= static_cast<unsigned char>(c);
  if (all > 127) return std::nullopt;
  std::size_t size = 0;
  const char* end = nullptr;
  const int result = sodium_base642bin(out.data(), out.size(), in.data(), in.size(), nullptr, &size, &end,
                                       sodium_base64_VARIANT_URLSAFE);
  if (result != 0 || end != in.data() + in.size()) return std::nullopt;
  return size;
}

void Free::operator()(std::uint8_t* p) const noexcept { sodium_free(p); }

LockedMemory locked_memory(std::size_t size) {
  auto* const memory = static_cast<std::uint8_t*>(sodium_malloc(size));
  if (memory == nullptr) throw std::bad_alloc();
  return LockedMemory(memory);
}

}  // namespace umbra::sodium
