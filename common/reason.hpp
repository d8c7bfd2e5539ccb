// The words for wire::Reason that the audit log, its reader and JSON share; ruled by umbra-totp(1), "log".
#pragma once

#include "common/protocol.hpp"

namespace umbra::wire {

// Empty for Reason::unspecified and for numbers that are no Reason.
constexpr std::string_view word(Reason reason) noexcept {
  switch (reason) {
    case Reason::unspecified: return "";
    case Reason::wrong_code: return "wrong_code";
    case Reason::replayed: return "replayed";
    case Reason::locked: return "locked";
    case Reason::suspended: return "suspended";
    case Reason::malformed: return "malformed";
    case Reason::not_enrolled: return "not_enrolled";
    case Reason::unknown_user: return "unknown_user";
    case Reason::spent_challenge: return "spent_challenge";
    case Reason::wrong_password: return "wrong_password";
    case Reason::source_locked: return "source_locked";
    case Reason::not_permitted: return "not_permitted";
    case Reason::must_enrol: return "must_enrol";
    case Reason::exempt: return "exempt";
    case Reason::backup_code: return "backup_code";
    case Reason::bypass: return "bypass";
  }
  return "";
}

}  // namespace umbra::wire
