#include "pam_module/qr_text.hpp"

namespace umbra {
namespace {

constexpr unsigned kMargin = 2;

// Numbers 16 and 231 are black and white in the fixed part of the palette, which themes leave alone.
constexpr std::string_view kBlackOnWhite = "\x1b[38;5;16;48;5;231m";
constexpr std::string_view kPlain = "\x1b[0m\n";

// The margin is light, and so is everything further out.
bool is_dark(const QrBits& code, unsigned x, unsigned y) noexcept {
  if (x < kMargin || y < kMargin || x - kMargin >= code.side || y - kMargin >= code.side) return false;
  const std::size_t at = std::size_t{y - kMargin} * code.side + (x - kMargin);
  return (code.bits[at / 8] >> (7 - at % 8) & 1) != 0;
}

constexpr std::string_view half_blocks(bool upper, bool lower) noexcept {
  if (upper && lower) return "\u2588";
  if (upper) return "\u2580";
  return lower ? "\u2584" : " ";
}

}  // namespace

QrLook look_for(std::string_view tty) noexcept {
  if (tty == "ssh") return QrLook::light_blocks;
  const bool terminal = tty.starts_with("/dev/") || tty.starts_with("tty") || tty.starts_with("pts/");
  return terminal ? QrLook::black_on_white : QrLook::none;
}

QrLook inverted(QrLook look) noexcept {
  if (look == QrLook::light_blocks) return QrLook::dark_blocks;
  return look == QrLook::dark_blocks ? QrLook::light_blocks : look;
}

void draw_qr(Page& page, const QrBits& code, QrLook look) noexcept {
  if (look == QrLook::none || code.side == 0) return;
  const bool ink_is_dark = look != QrLook::light_blocks;
  const bool colours = look == QrLook::black_on_white;
  const unsigned size = code.side + 2 * kMargin;
  for (unsigned y = 0; y < size; y += 2) {
    if (colours) page.add(kBlackOnWhite);
    for (unsigned x = 0; x < size; ++x)
      page.add(half_blocks(is_dark(code, x, y) == ink_is_dark, is_dark(code, x, y + 1) == ink_is_dark));
    page.add(colours ? kPlain : "\n");
  }
}

}  // namespace umbra
