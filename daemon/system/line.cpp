#include "daemon/system/line.hpp"

#include <algorithm>
#include <cstdint>

namespace umbra {
namespace {

constexpr std::string_view kMore = "...";

// Bytes that a character starting with `lead` has in UTF-8 (RFC 3629); 0 where none starts so.
constexpr std::size_t length_of(unsigned char lead) noexcept {
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead <= 0xdf) return 2;
  if (lead >= 0xe0 && lead <= 0xef) return 3;
  if (lead >= 0xf0 && lead <= 0xf4) return 4;
  return 0;
}

constexpr bool is_control(std::uint32_t code) noexcept {
  return code < 0x20 || (code >= 0x7f && code < 0xa0) ||  // C0, DEL, C1
         code == 0x200e || code == 0x200f ||              // direction marks
         (code >= 0x2028 && code <= 0x202e) ||            // line, paragraph, embedding and override
         (code >= 0x2066 && code <= 0x2069);              // isolates
}

// Bytes of the well-formed, harmless character at the front of `text`; 0 where there is none.
std::size_t harmless(std::string_view text) noexcept {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t size = length_of(lead);
  if (size == 0 || size > text.size()) return 0;
  std::uint32_t code = size == 1 ? lead : lead & (0x7fU >> size);
  for (std::size_t i = 1; i < size; ++i) {
    const auto next = static_cast<unsigned char>(text[i]);
    if ((next & 0xc0U) != 0x80) return 0;
    code = code << 6 | (next & 0x3fU);
  }
  const bool overlong = (size == 3 && code < 0x800) || (size == 4 && code < 0x10000);
  const bool surrogate = code >= 0xd800 && code <= 0xdfff;
  return overlong || surrogate || code > 0x10ffff || is_control(code) ? 0 : size;
}

bool is_word(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("._:/@+-").find(c) != std::string_view::npos;
  });
}

}  // namespace

void LineWriter::plain(std::string_view text) noexcept {
  const std::size_t size = std::min(text.size(), room_.size() - size_);
  std::copy_n(text.begin(), size, room_.begin() + static_cast<std::ptrdiff_t>(size_));
  size_ += size;
}

void LineWriter::value(std::string_view text, std::size_t limit) noexcept {
  if (!text.empty() && is_word(text)) return escape(text, limit, false);
  plain("\"");
  escape(text, limit, true);
  plain("\"");
}

void LineWriter::escape(std::string_view text, std::size_t limit, bool quoted) noexcept {
  constexpr std::string_view kHex = "0123456789abcdef";
  const std::size_t start = size_;
  std::size_t cut = size_;  // the last place where "..." still fits
  while (!text.empty()) {
    const std::size_t size = harmless(text);
    const auto byte = static_cast<unsigned char>(text.front());
    const char hex[] = {'\\', 'x', kHex[byte >> 4], kHex[byte & 0xf]};
    const bool doubled = quoted && (byte == '"' || byte == '\\');
    const char escaped[] = {'\\', text.front()};
    const std::string_view piece =
        size == 0 ? std::string_view(hex, 4) : (doubled ? std::string_view(escaped, 2) : text.substr(0, size));
    if (size_ - start + piece.size() > limit) {
      size_ = cut;
      return plain(kMore);
    }
    plain(piece);
    if (size_ - start + kMore.size() <= limit) cut = size_;
    text.remove_prefix(std::max<std::size_t>(size, 1));
  }
}

}  // namespace umbra
