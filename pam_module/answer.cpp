#include "pam_module/answer.hpp"

#include <algorithm>

#include "pam_module/text.hpp"

namespace umbra {
namespace {

constexpr std::size_t kBackupText = 9;  // XXXX-XXXX
constexpr std::size_t kHyphen = 4;

// Locale and sign of char play no part here.
bool is_space(char c) noexcept { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool is_alphanumeric(char c) noexcept { return is_digit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

std::string_view without_spaces_behind(std::string_view text) noexcept {
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

std::string_view trim(std::string_view text) noexcept {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  return without_spaces_behind(text);
}

std::string_view last(std::string_view text, std::size_t size) noexcept {
  return {text.data() + (text.size() - size), size};
}

bool ends_with_backup_code(std::string_view text) noexcept {
  if (text.size() < kBackupText) return false;
  const std::string_view code = last(text, kBackupText);
  for (std::size_t i = 0; i < kBackupText; ++i)
    if (i == kHyphen ? code[i] != '-' : !is_alphanumeric(code[i])) return false;
  return true;
}

void set(Answer& answer, std::string_view text) noexcept {
  answer.assign(Bytes(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
}

}  // namespace

void to_answer(std::string_view typed, Answer& answer) noexcept {
  if (typed.starts_with(wire::kJunkAnswer)) return set(answer, wire::kJunkAnswer);
  const std::string_view text = trim(typed);
  const bool malformed = text.size() > wire::kMaxAnswer || std::any_of(text.begin(), text.end(), is_control);
  set(answer, malformed ? wire::kMalformedAnswer : text);
}

void cut_off_code(Typed& typed, unsigned digits, Answer& answer) noexcept {
  if (typed.view().starts_with(wire::kJunkAnswer)) return set(answer, wire::kJunkAnswer);
  const std::string_view text = without_spaces_behind(typed.view());
  const std::size_t size = code_at_end(text, digits);
  if (size == 0) return answer.clear();
  set(answer, last(text, size));
  typed.cut(text.size() - size);
}

std::size_t code_at_end(std::string_view text, unsigned digits) noexcept {
  if (ends_with_backup_code(text)) return kBackupText;
  if (digits == 0 || text.size() < digits) return 0;
  const std::string_view code = last(text, digits);
  return std::all_of(code.begin(), code.end(), is_digit) ? digits : 0;
}

bool looks_like_code(std::string_view text, unsigned digits) noexcept {
  text = trim(text);
  return !text.empty() && code_at_end(text, digits) == text.size();
}

}  // namespace umbra
