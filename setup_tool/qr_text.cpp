#include "setup_tool/qr_text.hpp"

namespace umbra {
namespace {

// Numbers 16 and 231 are black and white in the fixed part of the palette, which themes leave alone.
constexpr std::string_view kBlackOnWhite = "\x1b[38;5;16;48;5;231m";
constexpr std::string_view kOnWhite = "\x1b[48;5;231m";
constexpr std::string_view kOnBlack = "\x1b[48;5;16m";
constexpr std::string_view kPlain = "\x1b[0m";

constexpr std::string_view half_blocks(bool upper, bool lower) noexcept {
  if (upper && lower) return "\u2588";
  if (upper) return "\u2580";
  return lower ? "\u2584" : " ";
}

SecretText utf8_text(const QrMatrix& code, bool colours) {
  SecretText text;
  for (unsigned y = 0; y < code.full_size(); y += 2) {
    if (colours) text += kBlackOnWhite;
    for (unsigned x = 0; x < code.full_size(); ++x) {
      // Ink is dark on the white that we set, and light on the dark that we hope for.
      const bool has_lower = y + 1 < code.full_size();
      text += half_blocks(code.dark(x, y) == colours, (has_lower || colours) && code.dark(x, y + 1) == colours);
    }
    if (colours) text += kPlain;
    text += '\n';
  }
  return text;
}

SecretText ascii_text(const QrMatrix& code, bool colours) {
  SecretText text;
  for (unsigned y = 0; y < code.full_size(); ++y) {
    bool was_dark = false;
    if (colours) text += kOnWhite;
    for (unsigned x = 0; x < code.full_size(); ++x) {
      const bool dark = code.dark(x, y);
      if (colours && dark != was_dark) text += dark ? kOnBlack : kOnWhite;
      text += dark && !colours ? "##" : "  ";
      was_dark = dark;
    }
    if (colours) text += kPlain;
    text += '\n';
  }
  return text;
}

}  // namespace

QrStyle choose_style(QrWish wish, const Surroundings& surroundings, unsigned full_size) noexcept {
  switch (wish) {
    case QrWish::utf8: return QrStyle::utf8;
    case QrWish::ascii: return QrStyle::ascii;
    case QrWish::none: return QrStyle::none;
    case QrWish::automatic: break;
  }
  if (!surroundings.terminal) return QrStyle::none;
  const QrStyle style = surroundings.utf8 ? QrStyle::utf8 : QrStyle::ascii;
  const unsigned columns = style == QrStyle::utf8 ? full_size : 2 * full_size;
  return surroundings.columns != 0 && surroundings.columns < columns ? QrStyle::none : style;
}

SecretText qr_text(const QrMatrix& code, QrStyle style, bool colours) {
  switch (style) {
    case QrStyle::none: return {};
    case QrStyle::utf8: return utf8_text(code, colours);
    case QrStyle::ascii: return ascii_text(code, colours);
  }
  return {};
}

}  // namespace umbra
