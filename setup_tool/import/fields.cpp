#include "setup_tool/import/fields.hpp"

#include <algorithm>
#include <ctime>

namespace umbra::intake {
namespace {

bool is_blank(char c) noexcept { return c == ' ' || c == '\t' || c == '\r'; }
char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// 0 to 31, or -1.
int base32_digit(char c) noexcept {
  c = lower(c);
  if (c >= 'a' && c <= 'z') return c - 'a';
  if (c >= '2' && c <= '7') return c - '2' + 26;
  return -1;
}

// The number at `at` of so many digits; -1 where there is none.
int part(std::string_view text, std::size_t at, std::size_t size) noexcept {
  if (text.size() < at + size) return -1;
  return number<int>(text.substr(at, size), 9999).value_or(-1);
}

// Seconds east of UTC.
std::optional<std::int64_t> zone(std::string_view text) noexcept {
  if (text.empty() || text == "Z" || text == "z") return 0;
  const bool shape = text.size() == 3 || text.size() == 5 || (text.size() == 6 && text[3] == ':');
  if (!shape || (text[0] != '+' && text[0] != '-')) return std::nullopt;
  const int hours = part(text, 1, 2);
  const int minutes = text.size() == 3 ? 0 : part(text, text.size() - 2, 2);
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return std::nullopt;
  const std::int64_t seconds = std::int64_t{hours} * 3600 + std::int64_t{minutes} * 60;
  return text[0] == '-' ? -seconds : seconds;
}

}  // namespace

int hex_digit(char c) noexcept {
  c = lower(c);
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

std::string_view trimmed(std::string_view text) noexcept {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

std::string_view next_word(std::string_view& text) noexcept {
  text = trimmed(text);
  const auto end = std::find_if(text.begin(), text.end(), is_blank);
  const std::string_view word = text.substr(0, static_cast<std::size_t>(end - text.begin()));
  text.remove_prefix(word.size());
  return word;
}

bool same_letters(std::string_view a, std::string_view b) noexcept {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

bool read_base32(std::string_view text, SecretBytes<wire::kMaxSecret>& secret) noexcept {
  while (!text.empty() && text.back() == '=') text.remove_suffix(1);
  std::uint8_t bytes[wire::kMaxSecret];
  const WipeGuard guard(bytes, sizeof bytes);
  std::size_t size = 0;
  std::uint32_t window = 0;
  unsigned bits = 0;  // in `window`, not yet written
  for (const char c : text) {
    if (c == ' ' || c == '-') continue;
    const int digit = base32_digit(c);
    if (digit < 0) return false;
    window = (window << 5 | static_cast<std::uint32_t>(digit)) & 0xFFFF;
    bits += 5;
    if (bits < 8) continue;
    if (size == sizeof bytes) return false;
    bits -= 8;
    bytes[size++] = static_cast<std::uint8_t>(window >> bits);
  }
  return size > 0 && secret.assign(Bytes(bytes, size));
}

bool read_hex(std::string_view text, SecretBytes<wire::kMaxSecret>& secret) noexcept {
  if (text.empty() || text.size() % 2 != 0 || text.size() > 2 * wire::kMaxSecret) return false;
  const auto room = secret.resize(text.size() / 2);
  for (std::size_t i = 0; i < room.size(); ++i) {
    const int high = hex_digit(text[2 * i]), low = hex_digit(text[2 * i + 1]);
    if (high < 0 || low < 0) return false;
    room[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  return true;
}

std::optional<std::int64_t> unix_time(std::string_view text) noexcept {
  constexpr std::string_view kShape = "0000-00-00T00:00:00";
  if (text.size() < kShape.size() || text[4] != '-' || text[7] != '-' || (text[10] != 'T' && text[10] != ' ') ||
      text[13] != ':' || text[16] != ':')
    return std::nullopt;
  std::tm time{};
  time.tm_year = part(text, 0, 4) - 1900;
  time.tm_mon = part(text, 5, 2) - 1;
  time.tm_mday = part(text, 8, 2);
  time.tm_hour = part(text, 11, 2);
  time.tm_min = part(text, 14, 2);
  time.tm_sec = part(text, 17, 2);
  if (time.tm_year < 70 || time.tm_mon < 0 || time.tm_mon > 11 || time.tm_mday < 1 || time.tm_mday > 31 ||
      time.tm_hour < 0 || time.tm_hour > 23 || time.tm_min < 0 || time.tm_min > 59 || time.tm_sec < 0 ||
      time.tm_sec > 60)
    return std::nullopt;
  text.remove_prefix(kShape.size());
  if (!text.empty() && text.front() == '.') {
    text.remove_prefix(1);
    while (!text.empty() && text.front() >= '0' && text.front() <= '9') text.remove_prefix(1);
  }
  const auto east = zone(text);
  if (!east) return std::nullopt;
  return timegm(&time) - *east;
}

}  // namespace umbra::intake
