#include "setup_tool/doctor/pam_module_kinds.hpp"

#include <algorithm>
#include <array>

namespace umbra::pam {
namespace {

constexpr std::array<std::string_view, 7> kConditions = {"pam_access.so",   "pam_listfile.so", "pam_succeed_if.so",
                                                         "pam_time.so",     "pam_usertype.so", "pam_wheel.so",
                                                         "pam_tty_audit.so"};
constexpr std::array<std::string_view, 26> kHelpers = {
    "pam_cap.so",     "pam_ecryptfs.so",      "pam_echo.so",     "pam_env.so",   "pam_faildelay.so", "pam_faillock.so",
    "pam_ftp.so",     "pam_gnome_keyring.so", "pam_group.so",    "pam_issue.so", "pam_keyinit.so",   "pam_kwallet5.so",
    "pam_limits.so",  "pam_localuser.so",     "pam_loginuid.so", "pam_motd.so",  "pam_nologin.so",   "pam_securetty.so",
    "pam_selinux.so", "pam_shells.so",        "pam_tally2.so",   "pam_umask.so", "pam_warn.so",      "pam_mail.so",
    "pam_lastlog.so", "pam_reauthorize.so"};
constexpr std::array<std::string_view, 11> kOptions = {"nullok",         "after_password", "echo",     "forward_pass",
                                                       "no_enrol",       "preauth",        "authfail", "try_first_pass",
                                                       "use_first_pass", "debug",          "quiet"};

constexpr std::array<std::string_view, 4> kNeverIgnore = {"pam_unix.so", "pam_sss.so", "pam_ldap.so", "pam_winbind.so"};

template <std::size_t N>
bool holds(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_timeout(std::string_view seconds) {
  const bool digits = std::all_of(seconds.begin(), seconds.end(), [](char c) { return c >= '0' && c <= '9'; });
  return digits && !seconds.empty() && seconds.size() <= 2 && std::stoi(std::string(seconds)) >= 1 &&
         std::stoi(std::string(seconds)) <= 60;
}

}  // namespace

bool is_ours(const Line& line) { return line.kind == Line::Kind::module && line.name().starts_with("pam_umbra_totp"); }

bool has_option(const Line& line, std::string_view option) {
  return std::find(line.arguments.begin(), line.arguments.end(), option) != line.arguments.end();
}

bool may_ignore(const Line& line) {
  return !holds(kNeverIgnore, line.name()) ||
         std::any_of(line.arguments.begin(), line.arguments.end(),
                     [](const std::string& word) { return word.starts_with("ignore_"); });
}

Kind kind_of(const Line& line) {
  const std::string name = line.name();
  if (is_ours(line)) {
    if (has_option(line, "preauth")) return Kind::preauth;
    return has_option(line, "authfail") ? Kind::authfail : Kind::code;
  }
  if (name == "pam_permit.so") return Kind::permit;
  if (name == "pam_deny.so") return Kind::deny;
  if (name == "pam_rootok.so") return Kind::root;
  if (holds(kConditions, name)) return Kind::condition;
  return holds(kHelpers, name) ? Kind::helper : Kind::proof;
}

// As the module's own parser has it: pam_umbra_totp(8).
std::string bad_option(const Line& line) {
  bool in_prompt = false;  // prompt=[Two words], which libpam cuts at its spaces
  for (const std::string& word : line.arguments) {
    if (in_prompt) {
      in_prompt = !word.ends_with(']');
      continue;
    }
    if (word.starts_with("prompt=")) {
      in_prompt = word.starts_with("prompt=[") && !word.ends_with(']');
      if (word.size() > 7) continue;
    }
    if (word.starts_with("socket=/") || (word.starts_with("timeout=") && is_timeout(word.substr(8)))) continue;
    if (!holds(kOptions, word)) return word;
  }
  if (in_prompt) return "prompt=";
  return has_option(line, "preauth") && has_option(line, "authfail") ? "authfail" : "";
}

}  // namespace umbra::pam
