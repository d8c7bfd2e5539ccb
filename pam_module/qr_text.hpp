// A QR code as half blocks, two rows of modules in one line; ruled by ARCHITECTURE.md, "Enrolment inside the login".
// Pure.
#pragma once

#include <string_view>

#include "common/protocol.hpp"
#include "pam_module/page.hpp"

namespace umbra {

// One bit a module, row by row without gaps, the first in the highest bit of a byte; 1 is dark.
struct QrBits {
  unsigned side = 0;  // modules; 0: there is no code
  Bytes bits;
};

enum class QrLook : std::uint8_t {
  none,
  light_blocks,    // no colours, blocks are light: right on a dark terminal
  dark_blocks,     // the same inverted: right on a light one
  black_on_white,  // by colours, right on both
};

// How a code reaches whoever sits at `tty`, which is PAM_TTY. ssh clients escape colours before the login, so there the
// user has to say whether the terminal is light. What names no terminal is a window, whose letters are seldom of one
// width.
QrLook look_for(std::string_view tty) noexcept;

// The other one of light_blocks and dark_blocks; what needs no inversion stays.
QrLook inverted(QrLook look) noexcept;

// Appends the code with a margin of two modules, a line end behind each line. The page is full() afterwards where it
// did not fit.
void draw_qr(Page& page, const QrBits& code, QrLook look) noexcept;

}  // namespace umbra
