#include "daemon/rules/answer.hpp"

namespace umbra {
namespace {

// Locale and sign of char play no part here.
bool is_space(char c) noexcept { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool is_capital(char c) noexcept { return c >= 'A' && c <= 'Z'; }
char upper(char c) noexcept { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

std::string_view trim(std::string_view text) noexcept {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

void read_code(std::string_view text, Answer& answer) noexcept {
  if (text.size() < 6 || text.size() > 8) return;
  std::uint32_t number = 0;
  for (const char c : text) {
    if (!is_digit(c)) return;
    number = number * 10 + static_cast<std::uint32_t>(c - '0');
  }
  answer.code = number;
  answer.digits = static_cast<unsigned>(text.size());
}

void read_backup_code(std::string_view text, Answer& answer) noexcept {
  std::uint8_t code[kBackupCodeSize];
  const WipeGuard guard(code, sizeof code);
  std::size_t size = 0;
  for (char c : text) {
    if (c == '-' || is_space(c)) continue;
    c = upper(c);
    if (!is_digit(c) && !is_capital(c)) return;
    if (size == kBackupCodeSize) return;
    code[size++] = static_cast<std::uint8_t>(c);
  }
  if (size == kBackupCodeSize) answer.backup_code.assign(code);
}

}  // namespace

Answer parse_answer(std::string_view text) noexcept {
  Answer answer;
  text = trim(text);
  answer.free_of_charge = text.empty() || text.starts_with(wire::kJunkAnswer);
  read_code(text, answer);
  read_backup_code(text, answer);
  return answer;
}

}  // namespace umbra
