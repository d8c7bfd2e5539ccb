// The one wrapper of libsodium: randomness, constant-time compare, locked memory; names from libsodium.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "common/cursor.hpp"

namespace umbra::sodium {

// Must be called once before anything else here; throws std::runtime_error where libsodium cannot start.
void init();

// Fills `out` from the kernel's generator.
void random(std::span<std::uint8_t> out) noexcept;
// Uniform in [0, below).
std::uint32_t random_below(std::uint32_t below) noexcept;

// Equal length and equal bytes; the time depends on the length alone.
bool equal(Bytes a, Bytes b) noexcept;

// Memory that is locked, left out of cores and wiped when freed (sodium_malloc).
struct Free {
  void operator()(std::uint8_t* p) const noexcept;
};
using LockedMemory = std::unique_ptr<std::uint8_t[], Free>;
LockedMemory locked_memory(std::size_t size);  // throws std::bad_alloc

}  // namespace umbra::sodium
