#include "setup_tool/plain_text.hpp"

#include <algorithm>
#include <ctime>

#include "common/reason.hpp"

namespace umbra {
namespace {

using wire::Reason;

constexpr std::int64_t kEndOfYear9999 = 253'402'300'799;
constexpr std::size_t kBackupCodeSize = 8;  // without the hyphen

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool is_letter(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_space(char c) noexcept { return c == ' ' || (c >= '\t' && c <= '\r'); }

}  // namespace

std::string printable(std::string_view text) {
  std::string clean(text);
  std::replace_if(clean.begin(), clean.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return clean;
}

std::optional<std::string> utc_time(std::int64_t unix_seconds) {
  if (unix_seconds < 0 || unix_seconds > kEndOfYear9999) return std::nullopt;
  const time_t seconds = unix_seconds;
  tm parts{};
  if (gmtime_r(&seconds, &parts) == nullptr) return std::nullopt;
  char text[32];
  const std::size_t size = strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return std::string(text, size);
}

std::string_view reason_word(std::uint8_t reason) noexcept { return wire::word(static_cast<Reason>(reason)); }

std::string refusal_line(std::uint8_t reason, std::string_view user) {
  const std::string name = printable(user);
  switch (static_cast<Reason>(reason)) {
    case Reason::wrong_code: return "refused: wrong code: wait for the next one and try again, and check the clocks";
    case Reason::replayed: return "refused: this code was already used: wait for the next one and try again";
    case Reason::locked: return "refused: " + name + " is locked: wait, or run umbra-totp unlock " + name;
    case Reason::suspended: return "refused: " + name + " is suspended: run umbra-totp unlock " + name;
    case Reason::wrong_password: return "refused: wrong password: try again; it counts like a wrong code";
    case Reason::malformed: return "refused: that is no code: type its six to eight digits, or a backup code XXXX-XXXX";
    default: return "refused: wrong or already used code, or locked: wait for the next code and try again";
  }
}

bool plausible_code(std::string_view word) noexcept {
  while (!word.empty() && is_space(word.front())) word.remove_prefix(1);
  while (!word.empty() && is_space(word.back())) word.remove_suffix(1);
  if (word.size() >= 6 && word.size() <= 8 && std::all_of(word.begin(), word.end(), is_digit)) return true;
  std::size_t kept = 0;
  for (const char c : word) {
    if (c == '-' || is_space(c)) continue;
    if (!is_digit(c) && !is_letter(c)) return false;
    ++kept;
  }
  return kept == kBackupCodeSize;
}

}  // namespace umbra
