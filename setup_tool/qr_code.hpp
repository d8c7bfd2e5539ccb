// A QR code (ISO/IEC 18004) as a matrix of modules, by libqrencode: the only use of it.
#pragma once

#include "setup_tool/secret_text.hpp"

namespace umbra {

inline constexpr unsigned kQrMargin = 4;  // light modules around; ISO/IEC 18004 asks for four

class QrMatrix {
 public:
  QrMatrix(unsigned size, SecretBlob dark) : size_(size), dark_(std::move(dark)) {}

  // Modules along one side, without the margin.
  [[nodiscard]] unsigned size() const noexcept { return size_; }
  // With the margin.
  [[nodiscard]] unsigned full_size() const noexcept { return size_ + 2 * kQrMargin; }
  // Counted from the margin's corner; the margin, and what lies beyond it, is light.
  [[nodiscard]] bool dark(unsigned x, unsigned y) const noexcept {
    if (x < kQrMargin || y < kQrMargin || x - kQrMargin >= size_ || y - kQrMargin >= size_) return false;
    return dark_[static_cast<std::size_t>(y - kQrMargin) * size_ + (x - kQrMargin)] != 0;
  }

 private:
  unsigned size_;
  SecretBlob dark_;  // one byte a module, row by row
};

// Level L. Throws Failure where `text` does not fit any QR code (2,953 bytes and more).
QrMatrix make_qr(const SecretText& text);

}  // namespace umbra
