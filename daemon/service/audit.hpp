// One log line for each decision: who, where, verdict and why; never a code, and no name that nobody has.
#pragma once

#include <string>
#include <string_view>

#include "daemon/rules/verify_and_burn.hpp"
#include "daemon/service/call.hpp"
#include "daemon/service/context.hpp"

namespace umbra {

struct AuditEntry {
  std::string_view event, user, service, source;
  bool accepted = false;
  wire::Reason reason = wire::Reason::unspecified;
};

void audit(const Log& log, const AuditEntry& entry);

// The reply to a code given with the tool, and its log line: only root hears why.
void answer_code(Context& context, const CallPtr& call, std::string_view event, const std::string& user,
                 const Decision& decision);

}  // namespace umbra
