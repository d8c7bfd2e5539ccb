// What somebody typed, as malloc'ed text that is overwritten and freed when it leaves scope; ruled by ARCHITECTURE.md,
// "Where each secret lives". PAM hands answers over in exactly that shape (pam_conv(3)).
#pragma once

#include <cstdlib>
#include <string_view>

#include "common/secret.hpp"

namespace umbra {

class Typed {
 public:
  Typed() noexcept = default;
  // Takes over `text`; null, which some programs answer at the end of their input, is empty text.
  explicit Typed(char* text) noexcept : text_(text) {}
  Typed(Typed&& other) noexcept : text_(other.text_) { other.text_ = nullptr; }
  Typed(const Typed&) = delete;
  Typed& operator=(const Typed&) = delete;
  ~Typed() {
    if (text_ == nullptr) return;
    wipe(text_, std::strlen(text_));
    std::free(text_);
  }

  // Null, and empty, where memory ran out or `text` is null.
  static Typed copy_of(const char* text) noexcept { return Typed(text == nullptr ? nullptr : strdup(text)); }

  void take(char* text) noexcept {
    Typed old(text_);
    text_ = text;
  }

  // Overwrites everything from byte `size` on.
  void cut(std::size_t size) noexcept {
    const std::size_t length = view().size();
    if (size < length) wipe(text_ + size, length - size);
  }

  [[nodiscard]] const char* c_str() const noexcept { return text_ == nullptr ? "" : text_; }
  [[nodiscard]] std::string_view view() const noexcept { return c_str(); }

 private:
  char* text_ = nullptr;
};

}  // namespace umbra
