#include "setup_tool/state_text.hpp"

#include <iomanip>
#include <sstream>

#include "setup_tool/plain_text.hpp"

namespace umbra {
namespace {

// The wire's zero means "no time".
std::optional<std::string> time_of(std::int64_t unix_seconds) {
  return unix_seconds == 0 ? std::nullopt : utc_time(unix_seconds);
}

std::string lock_text(const wire::UserState& state) {
  if (!state.locked) return "no";
  if (state.suspended) return "suspended: until umbra-totp unlock " + printable(state.user);
  const auto until = time_of(state.locked_until);
  return until ? "until " + *until : "yes";
}

const char* setup_text(const wire::UserState& state) {
  if (state.enabled) return state.pending ? "enabled; a new secret waits for its first code" : "enabled";
  return state.pending ? "waits for its first code" : "not set up";
}

const char* state_word(const wire::UserState& state) {
  if (state.enabled) return "enabled";
  if (state.pending) return "pending";
  return state.enforced ? "enforced" : "none";
}

const char* lock_word(const wire::UserState& state) {
  if (!state.locked) return "open";
  return state.suspended ? "suspended" : "locked";
}

}  // namespace

nlohmann::ordered_json state_json(const wire::UserState& state) {
  const auto time_json = [](std::int64_t seconds) {
    const auto text = time_of(seconds);
    return text ? nlohmann::ordered_json(*text) : nlohmann::ordered_json(nullptr);
  };
  nlohmann::ordered_json object;
  object["user"] = std::string(state.user);
  object["enabled"] = state.enabled;
  object["pending"] = state.pending;
  object["enforced"] = state.enforced;
  object["backup_codes_remaining"] = state.backup_codes_remaining;
  object["locked"] = state.locked;
  object["locked_until"] = time_json(state.locked_until);
  object["failures"] = state.failures;
  object["last_success"] = time_json(state.last_success);
  return object;
}

std::string state_page(const wire::UserState& state) {
  std::ostringstream page;
  page << "User:             " << printable(state.user) << "\nSecond factor:    " << setup_text(state)
       << "\nEnforced:         " << (state.enforced ? "yes" : "no")
       << "\nBackup codes:     " << unsigned{state.backup_codes_remaining} << " left"
       << "\nLocked:           " << lock_text(state) << "\nRecent failures:  " << state.failures
       << "\nLast success:     " << time_of(state.last_success).value_or("never") << '\n';
  return page.str();
}

std::string state_row(const wire::UserState& state) {
  std::ostringstream row;
  row << std::left << std::setw(24) << printable(state.user) << ' ' << std::setw(8) << state_word(state) << ' '
      << std::setw(9) << lock_word(state) << ' ' << std::right << std::setw(3) << unsigned{state.backup_codes_remaining}
      << ' ' << std::setw(3) << state.failures << ' ' << time_of(state.last_success).value_or("never") << '\n';
  return row.str();
}

}  // namespace umbra
