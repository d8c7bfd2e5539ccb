// One line of text for a log or an error, in room that the caller owns: nothing from outside breaks out of it.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace umbra {

// What does not fit any more is cut.
class LineWriter {
 public:
  explicit LineWriter(std::span<char> room) noexcept : room_(room) {}

  // A text of our own, as it is.
  void plain(std::string_view text) noexcept;
  // A text from outside: control bytes, line ends, marks that turn the direction of writing and what is not UTF-8
  // become \xNN. At most `limit` bytes of output (3 or more); "..." at its end says that there was more.
  void escaped(std::string_view text, std::size_t limit) noexcept { escape(text, limit, false); }
  // The value of a key=value pair: the same, in double quotes where it holds more than letters, digits and ._:/@+-
  void value(std::string_view text, std::size_t limit) noexcept;

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] std::string_view view() const noexcept { return {room_.data(), size_}; }

 private:
  void escape(std::string_view text, std::size_t limit, bool quoted) noexcept;

  std::span<char> room_;
  std::size_t size_ = 0;
};

}  // namespace umbra
