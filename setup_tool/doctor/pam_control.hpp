// The second word of a PAM line as libpam 1.5 reads it: what becomes of each value that a module may return; ruled by
// pam.conf(5). Pure.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace umbra::pam {

// libpam's return values are part of its ABI. Only those are named that mean something here.
using Value = std::uint8_t;
inline constexpr Value kSuccess = 0, kPermDenied = 6, kAuthErr = 7, kAuthinfoUnavail = 9, kUserUnknown = 10,
                       kNewAuthtokReqd = 12, kConvErr = 19, kIgnore = 25, kAbort = 26, kModuleUnknown = 28,
                       kIncomplete = 31;
inline constexpr std::size_t kValues = 32;

enum class Act : std::uint8_t { ignore, ok, done, bad, die, reset, jump };

struct Action {
  Act act = Act::bad;
  std::uint32_t jump = 0;  // how many lines to skip
  bool operator==(const Action&) const = default;
};

using Actions = std::array<Action, kValues>;

// "required", "sufficient", "success=1 default=ignore"; whatever cannot be read makes every value bad, as in libpam.
Actions parse_control(std::string_view control) noexcept;

}  // namespace umbra::pam
