// The only code that touches bytes of a message or record: a reader and a writer whose first failure
// sticks; ruled by ARCHITECTURE.md, "Wire format". Integers are little-endian; text and bytes carry a
// 16-bit length in front.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace umbra {

using Bytes = std::span<const std::uint8_t>;

// Both cursors share one call shape, field(value) or field(value, limit), so that one list of fields
// serves both directions and cannot drift apart.
class Writer {
 public:
  explicit Writer(std::span<std::uint8_t> out) noexcept : out_(out) {}

  void field(std::uint8_t value) noexcept { integer(value); }
  void field(std::uint16_t value) noexcept { integer(value); }
  void field(std::uint32_t value) noexcept { integer(value); }
  void field(std::uint64_t value) noexcept { integer(value); }
  void field(std::int64_t value) noexcept { integer(static_cast<std::uint64_t>(value)); }
  void field(bool value) noexcept { integer(static_cast<std::uint8_t>(value ? 1 : 0)); }

  // Fails where the value is longer than `limit` bytes.
  void field(std::string_view text, std::size_t limit) noexcept {
    field(Bytes(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()), limit);
  }
  void field(Bytes bytes, std::size_t limit) noexcept {
    if (bytes.size() > limit || bytes.size() > UINT16_MAX) {
      ok_ = false;
      return;
    }
    integer(static_cast<std::uint16_t>(bytes.size()));
    raw(bytes);
  }
  template <std::size_t Size>
  void field(const std::uint8_t (&bytes)[Size]) noexcept {
    raw(Bytes(bytes, Size));
  }
  template <std::size_t Size>
  void field(const std::array<std::uint8_t, Size>& bytes) noexcept {
    raw(bytes);
  }

  [[nodiscard]] bool ok() const noexcept { return ok_; }
  // Bytes written so far; 0 after a failure.
  [[nodiscard]] std::size_t size() const noexcept { return ok_ ? at_ : 0; }

 private:
  template <class Integer>
  void integer(Integer value) noexcept {
    std::uint8_t bytes[sizeof(Integer)];
    for (std::size_t i = 0; i < sizeof(Integer); ++i)
      bytes[i] = static_cast<std::uint8_t>(static_cast<std::uint64_t>(value) >> (8 * i));
    raw(Bytes(bytes, sizeof bytes));
  }
  void raw(Bytes bytes) noexcept {
    if (!ok_ || bytes.size() > out_.size() - at_) {
      ok_ = false;
      return;
    }
    if (!bytes.empty()) std::memcpy(out_.data() + at_, bytes.data(), bytes.size());
    at_ += bytes.size();
  }

  std::span<std::uint8_t> out_;
  std::size_t at_ = 0;
  bool ok_ = true;
};

// Text and bytes that it hands out point into the packet: they live as long as the packet does.
class Reader {
 public:
  explicit Reader(Bytes in) noexcept : in_(in) {}

  void field(std::uint8_t& value) noexcept { integer(value); }
  void field(std::uint16_t& value) noexcept { integer(value); }
  void field(std::uint32_t& value) noexcept { integer(value); }
  void field(std::uint64_t& value) noexcept { integer(value); }
  void field(std::int64_t& value) noexcept {
    std::uint64_t bits = 0;
    integer(bits);
    value = static_cast<std::int64_t>(bits);
  }
  // Only 0 and 1 are booleans; a third value is a failure, not true.
  void field(bool& value) noexcept {
    std::uint8_t byte = 0;
    integer(byte);
    if (byte > 1) ok_ = false;
    value = ok_ && byte == 1;
  }
  void field(std::string_view& text, std::size_t limit) noexcept {
    Bytes bytes;
    field(bytes, limit);
    text = {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }
  void field(Bytes& bytes, std::size_t limit) noexcept {
    std::uint16_t size = 0;
    integer(size);
    if (size > limit) ok_ = false;
    bytes = take(size);
  }
  template <std::size_t Size>
  void field(std::uint8_t (&bytes)[Size]) noexcept {
    const Bytes from = take(Size);
    if (ok_) std::memcpy(bytes, from.data(), Size);
  }
  template <std::size_t Size>
  void field(std::array<std::uint8_t, Size>& bytes) noexcept {
    const Bytes from = take(Size);
    if (ok_) std::memcpy(bytes.data(), from.data(), Size);
  }

  void fail() noexcept { ok_ = false; }
  [[nodiscard]] bool ok() const noexcept { return ok_; }
  [[nodiscard]] bool at_end() const noexcept { return at_ == in_.size(); }
  [[nodiscard]] std::size_t left() const noexcept { return ok_ ? in_.size() - at_ : 0; }

 private:
  template <class Integer>
  void integer(Integer& value) noexcept {
    const Bytes from = take(sizeof(Integer));
    std::uint64_t sum = 0;
    if (ok_)
      for (std::size_t i = 0; i < sizeof(Integer); ++i) sum |= std::uint64_t{from[i]} << (8 * i);
    value = static_cast<Integer>(sum);
  }
  // The next `size` bytes, or none once anything has failed.
  Bytes take(std::size_t size) noexcept {
    if (!ok_ || size > in_.size() - at_) {
      ok_ = false;
      return {};
    }
    const Bytes bytes(in_.data() + at_, size);
    at_ += size;
    return bytes;
  }

  Bytes in_;
  std::size_t at_ = 0;
  bool ok_ = true;
};

}  // namespace umbra
