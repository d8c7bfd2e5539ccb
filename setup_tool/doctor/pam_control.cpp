#include "setup_tool/doctor/pam_control.hpp"

#include <algorithm>
#include <optional>

namespace umbra::pam {
namespace {

// By their numbers.
constexpr std::array<std::string_view, kValues> kNames = {"success",
                                                          "open_err",
                                                          "symbol_err",
                                                          "service_err",
                                                          "system_err",
                                                          "buf_err",
                                                          "perm_denied",
                                                          "auth_err",
                                                          "cred_insufficient",
                                                          "authinfo_unavail",
                                                          "user_unknown",
                                                          "maxtries",
                                                          "new_authtok_reqd",
                                                          "acct_expired",
                                                          "session_err",
                                                          "cred_unavail",
                                                          "cred_expired",
                                                          "cred_err",
                                                          "no_module_data",
                                                          "conv_err",
                                                          "authtok_err",
                                                          "authtok_recover_err",
                                                          "authtok_lock_busy",
                                                          "authtok_disable_aging",
                                                          "try_again",
                                                          "ignore",
                                                          "abort",
                                                          "authtok_expired",
                                                          "module_unknown",
                                                          "bad_item",
                                                          "conv_again",
                                                          "incomplete"};
constexpr std::array<std::string_view, 6> kActs = {"ignore", "ok", "done", "bad", "die", "reset"};
constexpr std::uint32_t kFarJump = 1'000'000;

using Draft = std::array<std::optional<Action>, kValues>;

Actions filled(const Draft& draft, Action rest) noexcept {
  Actions actions;
  for (std::size_t i = 0; i < kValues; ++i) actions[i] = draft[i].value_or(rest);
  return actions;
}

Actions keyword(Act success, Act rest) noexcept {
  Draft draft;
  draft[kSuccess] = draft[kNewAuthtokReqd] = Action{success};
  if (rest != Act::ignore) draft[kIgnore] = Action{Act::ignore};
  return filled(draft, Action{rest});
}

bool is_space(char c) noexcept { return c == ' ' || (c >= '\t' && c <= '\r'); }

void skip_space(std::string_view& text) noexcept {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
}

bool same_word(std::string_view word, std::string_view lower) noexcept {
  return std::equal(word.begin(), word.end(), lower.begin(), lower.end(),
                    [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; });
}

std::optional<Action> take_action(std::string_view& text) noexcept {
  for (std::size_t i = 0; i < kActs.size(); ++i)
    if (text.starts_with(kActs[i])) {
      text.remove_prefix(kActs[i].size());
      return Action{static_cast<Act>(i)};
    }
  std::uint32_t jump = 0;
  while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
    jump = std::min(jump * 10 + static_cast<std::uint32_t>(text.front() - '0'), kFarJump);
    text.remove_prefix(1);
  }
  if (jump == 0) return std::nullopt;
  return Action{Act::jump, jump};
}

// One "value=action" from the front of `text`; false where there is none.
bool take_pair(std::string_view& text, Draft& draft) noexcept {
  constexpr std::string_view kDefault = "default";
  const auto* const name = std::find_if(kNames.begin(), kNames.end(), [&](auto one) { return text.starts_with(one); });
  if (name == kNames.end() && !text.starts_with(kDefault)) return false;
  text.remove_prefix(name == kNames.end() ? kDefault.size() : name->size());
  skip_space(text);
  if (!text.starts_with('=')) return false;
  text.remove_prefix(1);
  skip_space(text);
  const auto action = take_action(text);
  if (!action) return false;
  if (name != kNames.end()) {
    draft[static_cast<std::size_t>(name - kNames.begin())] = action;
  } else {
    for (auto& one : draft)
      if (!one) one = action;
  }
  return true;
}

}  // namespace

Actions parse_control(std::string_view control) noexcept {
  if (same_word(control, "required")) return keyword(Act::ok, Act::bad);
  if (same_word(control, "requisite")) return keyword(Act::ok, Act::die);
  if (same_word(control, "optional")) return keyword(Act::ok, Act::ignore);
  if (same_word(control, "sufficient")) return keyword(Act::done, Act::ignore);
  Draft draft;
  for (skip_space(control); !control.empty(); skip_space(control))
    if (!take_pair(control, draft)) return filled({}, Action{Act::bad});
  return filled(draft, Action{Act::bad});
}

}  // namespace umbra::pam
