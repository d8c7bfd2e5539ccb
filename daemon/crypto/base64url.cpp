#include "daemon/crypto/base64url.hpp"

#include <array>

namespace umbra {
namespace {

// RFC 4648, section 5, table 2.
constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::uint8_t kNoLetter = 0x80;
constexpr std::array<std::uint8_t, 256> kValues = [] {
  std::array<std::uint8_t, 256> values{};
  values.fill(kNoLetter);
  for (std::size_t i = 0; i < kAlphabet.size(); ++i)
    values[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::uint8_t>(i);
  return values;
}();

// Four letters are three bytes.
struct Group {
  explicit Group(const char* at) noexcept : Group(value(at[0]), value(at[1]), value(at[2]), value(at[3])) {}
  Group(std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t d) noexcept
      : bits(a << 18 | b << 12 | c << 6 | d), flags(a | b | c | d) {}
  static std::uint32_t value(char letter) noexcept { return kValues[static_cast<unsigned char>(letter)]; }
  [[nodiscard]] std::uint8_t byte(unsigned at) const noexcept {
    return static_cast<std::uint8_t>(bits >> (16 - 8 * at));
  }
  std::uint32_t bits, flags;
};

}  // namespace

std::string encode_base64url(Bytes in) {
  std::string text((in.size() + 2) / 3 * 4, '=');
  char* out = text.data();
  const auto letter = [](std::uint32_t bits) { return kAlphabet[bits & 63]; };
  const std::uint8_t* at = in.data();
  for (const auto* const end = at + in.size() / 3 * 3; at != end; at += 3, out += 4) {
    const std::uint32_t bits = std::uint32_t{at[0]} << 16 | std::uint32_t{at[1]} << 8 | at[2];
    out[0] = letter(bits >> 18), out[1] = letter(bits >> 12), out[2] = letter(bits >> 6), out[3] = letter(bits);
  }
  const std::size_t left = in.size() % 3;
  if (left == 0) return text;
  const std::uint32_t bits = std::uint32_t{at[0]} << 16 | (left == 2 ? std::uint32_t{at[1]} << 8 : 0U);
  out[0] = letter(bits >> 18), out[1] = letter(bits >> 12);
  if (left == 2) out[2] = letter(bits >> 6);
  return text;
}

std::optional<std::size_t> decode_base64url(std::string_view in, std::span<std::uint8_t> out) noexcept {
  if (in.size() % 4 != 0) return std::nullopt;
  unsigned padding = 0;
  while (padding < 2 && padding < in.size() && in[in.size() - 1 - padding] == '=') ++padding;
  const std::size_t size = in.size() / 4 * 3 - padding;
  if (size > out.size()) return std::nullopt;

  std::uint32_t flags = 0;
  std::uint8_t* to = out.data();
  for (; in.size() > (padding == 0 ? 0 : 4); in.remove_prefix(4), to += 3) {
    const Group group(in.data());
    flags |= group.flags;
    to[0] = group.byte(0), to[1] = group.byte(1), to[2] = group.byte(2);
  }
  if (padding > 0) {
    const Group group(Group::value(in[0]), Group::value(in[1]), padding == 1 ? Group::value(in[2]) : 0, 0);
    flags |= group.flags;
    to[0] = group.byte(0);
    if (padding == 1) to[1] = group.byte(1);
    // RFC 4648, section 3.5: "decoders MAY chose to reject an encoding if the pad bits have not been set to zero".
    if (group.byte(3 - padding) != 0) return std::nullopt;
  }
  return flags < kNoLetter ? std::optional(size) : std::nullopt;
}

}  // namespace umbra
