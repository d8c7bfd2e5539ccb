#include "daemon/service/audit.hpp"

#include "common/reason.hpp"

namespace umbra {

void audit(const Log& log, const AuditEntry& entry) {
  Event event;
  event.priority = entry.accepted ? LOG_INFO : LOG_NOTICE;
  event.event = entry.event;
  event.user = entry.user;
  event.service = entry.service;
  event.source = entry.source;
  event.verdict = entry.accepted ? "accepted" : "refused";
  event.reason = wire::word(entry.reason);
  log.write(event);
}

void answer_code(Context& context, const CallPtr& call, std::string_view event, const std::string& user,
                 const Decision& decision) {
  wire::CodeReply reply;
  reply.accepted = decision.verdict == Verdict::accepted;
  reply.user = user;
  reply.has_step = reply.accepted && decision.step.has_value();
  reply.step = reply.has_step ? *decision.step : 0;
  if (call->peer().root()) reply.reason = static_cast<std::uint8_t>(decision.reason);
  reply.accepted ? call->reply(reply) : call->refuse(reply);
  audit(context.log, {event, user, "umbra-totp", "", reply.accepted, decision.reason});
}

}  // namespace umbra
