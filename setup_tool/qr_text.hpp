// A QR code as text for a terminal. Pure.
#pragma once

#include "setup_tool/qr_code.hpp"

namespace umbra {

enum class QrStyle : std::uint8_t {
  none,
  utf8,   // half blocks: two modules in one character, one above the other
  ascii,  // two characters for one module
};
enum class QrWish : std::uint8_t { automatic, utf8, ascii, none };

// Where the text goes.
struct Surroundings {
  bool terminal = false;
  bool utf8 = false;     // the locale's characters
  bool colours = false;  // TERM names something that obeys colour escapes
  unsigned columns = 0;  // 0: not known
};

// Automatic: on a terminal the style that its locale can show, where the code of `full_size` modules fits its width.
QrStyle choose_style(QrWish wish, const Surroundings& surroundings, unsigned full_size) noexcept;

// The margin included, a line break behind each row. With `colours` black on white is set by escapes, which a camera
// reads on a dark and on a light terminal; without them blocks are light, as on a dark terminal, and '#' is dark, as
// on paper. Empty for QrStyle::none.
SecretText qr_text(const QrMatrix& code, QrStyle style, bool colours);

}  // namespace umbra
