// What every parser of an import format promises.
#pragma once

#include "setup_tool/import/imported.hpp"
#include "tests/fuzz/targets.hpp"

namespace umbra::fuzz {

inline void require_credential(const intake::Credential& one) {
  require(!one.secret.empty() || one.enforced, "a credential has a secret, or its user must enrol");
  require(one.digits >= 6 && one.digits <= 8 && one.period >= 1 && one.period <= 86400, "the daemon takes its numbers");
  require(one.window <= intake::kMostWindow, "its window is one that the daemon takes");
  require(one.used.size() <= wire::kMaxUsedSteps, "used steps fit a message");
  require(one.hashed_codes.size() + one.scratch.size() <= wire::kMaxImportedCodes, "backup codes fit a record");
}

inline void require_reading(const intake::Reading& reading) {
  require(reading.wrong.empty() || reading.credentials.empty(), "what is wrong gives nothing");
  require(reading.wrong.find('\n') == std::string::npos, "an error is one line");
  for (const auto& one : reading.credentials) require_credential(one);
}

}  // namespace umbra::fuzz
