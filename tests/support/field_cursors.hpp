// Cursors for tests: they walk a message's own list of fields and fill, print, measure or replace them, so that a
// test says something about every field of every message, of later ones too.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "common/cursor.hpp"

namespace umbra::test {

inline Bytes bytes(std::string_view text) { return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}; }
inline std::string_view text(Bytes bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

// Gives every field a value of its own. Texts live as long as the cursor.
class Fill {
 public:
  template <class Integer>
  void field(Integer& value) {
    value = static_cast<Integer>(0x0102030405060708 + ++count_);
  }
  void field(bool& value) { value = ++count_ > 0; }
  void field(std::string_view& value, std::size_t) { value = next_text(); }
  void field(Bytes& value, std::size_t) { value = bytes(next_text()); }

 private:
  const std::string& next_text() { return texts_.emplace_back("text" + std::to_string(++count_)); }

  int count_ = 0;
  std::deque<std::string> texts_;
};

// One line for each field, for comparison.
class Print {
 public:
  template <class Integer>
  void field(const Integer& value) {
    out_ += std::to_string(value) + "\n";
  }
  void field(const std::string_view& value, std::size_t) { out_ += std::string(value) + "\n"; }
  void field(const Bytes& value, std::size_t) { out_ += std::string(text(value)) + "\n"; }
  [[nodiscard]] const std::string& out() const { return out_; }

 private:
  std::string out_;
};

// Where the texts and booleans of a message lie, counted from the first field.
class Layout {
 public:
  struct Text {
    std::size_t at, size, limit;  // at: of the length
  };

  template <class Integer>
  void field(const Integer&) {
    at_ += sizeof(Integer);
  }
  void field(const bool&) { bools.push_back(at_++); }
  void field(const std::string_view& value, std::size_t limit) { add(value.size(), limit); }
  void field(const Bytes& value, std::size_t limit) { add(value.size(), limit); }

  std::vector<Text> texts;
  std::vector<std::size_t> bools;

 private:
  void add(std::size_t size, std::size_t limit) {
    texts.push_back({at_, size, limit});
    at_ += 2 + size;
  }
  std::size_t at_ = 0;
};

// Puts `value` into the text number `index`.
class Replace {
 public:
  Replace(std::size_t index, std::string_view value) : index_(index), value_(value) {}
  template <class Integer>
  void field(Integer&) {}
  void field(std::string_view& value, std::size_t) {
    if (seen_++ == index_) value = value_;
  }
  void field(Bytes& value, std::size_t) {
    if (seen_++ == index_) value = bytes(value_);
  }

 private:
  std::size_t index_, seen_ = 0;
  std::string_view value_;
};

}  // namespace umbra::test
