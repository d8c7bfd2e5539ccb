// Bytes that are wiped when they leave scope; ruled by ARCHITECTURE.md, "Where each secret lives".
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace umbra {

// Overwrites `size` bytes; the compiler may not drop it (explicit_bzero, libc).
inline void wipe(void* data, std::size_t size) noexcept { explicit_bzero(data, size); }

// Up to Capacity bytes held in place, never on the heap. Moving or copying by accident would leave a
// second copy behind, so both are written out as assign().
template <std::size_t Capacity>
class SecretBytes {
 public:
  SecretBytes() noexcept = default;
  SecretBytes(const SecretBytes& other) noexcept { assign(other.view()); }
  SecretBytes& operator=(const SecretBytes& other) noexcept {
    if (this != &other) assign(other.view());
    return *this;
  }
  ~SecretBytes() { clear(); }

  // Replaces the content. False, and empty, where `bytes` is longer than Capacity.
  bool assign(std::span<const std::uint8_t> bytes) noexcept {
    clear();
    if (bytes.size() > Capacity) return false;
    if (!bytes.empty()) std::memcpy(data_, bytes.data(), bytes.size());
    size_ = bytes.size();
    return true;
  }

  // Makes room for exactly `size` bytes (at most Capacity) that the caller fills.
  std::span<std::uint8_t> resize(std::size_t size) noexcept {
    clear();
    size_ = size <= Capacity ? size : 0;
    return {data_, size_};
  }

  void clear() noexcept {
    wipe(data_, size_);
    size_ = 0;
  }

  [[nodiscard]] std::span<const std::uint8_t> view() const noexcept { return {data_, size_}; }
  [[nodiscard]] std::span<std::uint8_t> room() noexcept { return {data_, size_}; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
  static constexpr std::size_t capacity() noexcept { return Capacity; }

 private:
  std::uint8_t data_[Capacity] = {};
  std::size_t size_ = 0;
};

// Wipes a range that somebody else owns when the scope ends, whichever way it ends.
class WipeGuard {
 public:
  WipeGuard(void* data, std::size_t size) noexcept : data_(data), size_(size) {}
  WipeGuard(const WipeGuard&) = delete;
  WipeGuard& operator=(const WipeGuard&) = delete;
  ~WipeGuard() { wipe(data_, size_); }

 private:
  void* data_;
  std::size_t size_;
};

}  // namespace umbra
