#include "daemon/service/replies.hpp"

namespace umbra {

using wire::Reason;
using wire::Status;

void answer_login(Context& context, const CallPtr& call, const Challenge& challenge, const Judgement* durable) {
  if (durable == nullptr) return call->fail(Status::unavailable);
  const auto config = context.settings.get();
  const Decision& decision = durable->decision;
  wire::VerifyReply reply;
  std::string token;
  if (durable->found && decision.verdict == Verdict::accepted) {
    Challenge verified = challenge;
    verified.kind = Challenge::Kind::verified;
    verified.charged = decision.charged;
    token = seal_challenge(context.ring, verified, context.clock.wall());
    reply.accepted = true;
    reply.verified = token;
    call->reply(reply);
  } else {
    if (call->peer().root() && durable->found) {
      reply.locked = decision.locked;
      const bool warn = decision.attempts_left <= config->lockout.warn_at;
      if (warn && !decision.locked) reply.attempts_left = static_cast<std::uint8_t>(decision.attempts_left);
    }
    if (decision.counts) context.sources.charge(challenge.source, config->source, context.clock.steady());
    call->refuse(reply);
  }
  context.audit.write({"verify", challenge.user, challenge.service, challenge.source.text, reply.accepted,
                       durable->found ? decision.reason : Reason::not_enrolled});
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
  context.audit.write({event, user, kToolService, "", reply.accepted, decision.reason});
}

void refuse_source(Context& context, const CallPtr& call, std::string_view event, const Challenge& challenge) {
  wire::VerifyReply reply;
  reply.locked = call->peer().root();
  call->refuse(reply);
  context.audit.write({event, challenge.decoy ? kNobody : std::string_view(challenge.user), challenge.service,
                       challenge.source.text, false, Reason::source_locked});
}

}  // namespace umbra
