// Text and bytes on the heap that are wiped before the memory is given back, also the blocks that a growing text
// leaves behind; ruled by ARCHITECTURE.md, "Where each secret lives".
#pragma once

#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "common/secret.hpp"

namespace umbra {

template <class Type>
struct WipingAllocator {
  using value_type = Type;
  WipingAllocator() noexcept = default;
  template <class Other>
  explicit WipingAllocator(const WipingAllocator<Other>&) noexcept {}

  Type* allocate(std::size_t count) { return std::allocator<Type>().allocate(count); }
  void deallocate(Type* block, std::size_t count) noexcept {
    wipe(block, count * sizeof(Type));
    std::allocator<Type>().deallocate(block, count);
  }
  bool operator==(const WipingAllocator&) const noexcept { return true; }
};

// Up to fifteen characters live inside the object itself and are not wiped: for what is longer than a code.
using SecretText = std::basic_string<char, std::char_traits<char>, WipingAllocator<char>>;
using SecretStream = std::basic_ostringstream<char, std::char_traits<char>, WipingAllocator<char>>;
using SecretBlob = std::vector<std::uint8_t, WipingAllocator<std::uint8_t>>;

}  // namespace umbra
