#include "daemon/service/verifier.hpp"

#include "daemon/service/accounts.hpp"
#include "daemon/service/audit.hpp"

namespace umbra {
namespace {

using wire::Reason;
using wire::Status;

// PAM_RHOST is believed from root peers alone: anybody else would write what he likes into the audit, or name a network
// that a rule exempts.
std::string_view source_of(const Peer& peer, const wire::Begin& message) noexcept {
  if (!peer.root()) return {};
  return message.rhost.empty() ? message.tty : message.rhost;
}

bool is_enabled(const std::optional<Record>& record, const Account& account) {
  return record && record->active && record->uid == account.uid;
}

SecondFactor factor_for(const Context& context, const Peer& peer, const Account& account, const wire::Begin& message) {
  const auto config = context.settings.get();
  std::vector<std::string> groups;
  if (config->policy.asks_groups()) groups = context.names.groups_of(account);
  const std::string_view rhost = peer.root() ? message.rhost : std::string_view();
  return config->policy.second_factor({account.name, message.service, rhost, &groups});
}

// Without a code only on the rules' positive word: exempt, or nobody asked this user to enrol and the service said
// nullok. A record of another uid means that the name was reused: that is no "not enrolled".
bool passes_without_code(const std::optional<Record>& record, SecondFactor factor, bool nullok) {
  if (factor == SecondFactor::exempt) return true;
  if (record && (record->active || record->enforced)) return false;
  return nullok && factor == SecondFactor::optional;
}

}  // namespace

void Verifier::begin(const CallPtr& call) {
  wire::Begin message;
  if (!call->read(message)) return call->fail(Status::bad_request);
  const auto config = context_.settings.get();
  if (!call->peer().root() && !config->self_verify) return call->fail(Status::not_permitted);
  const Subject subject = find_subject(context_.names, call->peer(), message.user);
  if (subject.kind == Subject::Kind::not_permitted) return call->fail(Status::not_permitted);
  if (subject.kind == Subject::Kind::unavailable) return call->fail(Status::unavailable);

  const bool known = subject.kind == Subject::Kind::known;
  const std::string user = known ? subject.account.name : std::string(message.user);
  tl::expected<std::optional<Record>, StoreError> record;
  if (known) record = context_.store.read(user);
  // A name without a record costs what one with a record costs: a decoy's is opened in its place.
  if (record && !*record)
    if (const auto decoy = context_.store.read(decoy_name(user)); !decoy) record = tl::unexpected(decoy.error());
  if (!record) {
    context_.log.note(LOG_ERR, record.error());
    return call->fail(Status::unavailable);
  }
  if (known &&
      passes_without_code(*record, factor_for(context_, call->peer(), subject.account, message), message.nullok))
    return call->reply(wire::BeginReply{static_cast<std::uint8_t>(wire::Ask::nothing), 0, {}});

  Challenge challenge;
  challenge.decoy = !known || !is_enabled(*record, subject.account);
  challenge.user = user;
  challenge.service = message.service;
  challenge.source = source_of(call->peer(), message);
  challenge.uid = known ? subject.account.uid : 0;
  challenge.generation = challenge.decoy ? 0 : (*record)->generation;
  challenge.peer_uid = call->peer().uid;
  challenge.id = call->id();
  const std::string token = seal_challenge(context_.ring, challenge, context_.clock.wall());
  const auto digits = challenge.decoy ? static_cast<std::uint8_t>(config->totp.digits) : (*record)->active->digits;
  call->reply(wire::BeginReply{static_cast<std::uint8_t>(wire::Ask::code), digits, token});
}

void Verifier::verify(const CallPtr& call) {
  wire::Verify message;
  if (!call->read(message)) return call->fail(Status::bad_request);
  const auto challenge = open_challenge(context_.ring, message.challenge, Challenge::Kind::issued, call->peer().uid,
                                        context_.clock.wall());
  // Also a challenge that ran out while somebody looked for his telephone: refused, not charged.
  if (!challenge || challenge->id != call->id()) {
    audit(context_.log, {"verify", "(expired or foreign challenge)", "", "", false, Reason::spent_challenge});
    return call->refuse(wire::VerifyReply{});
  }
  const auto attempt = std::make_shared<const Attempt>(judge_.attempt(message.answer, call->id(), Purpose::login));
  if (challenge->decoy) {
    audit(context_.log,
          {"verify", "(unknown or not enrolled)", challenge->service, challenge->source, false, Reason::not_enrolled});
    return judge_.rehearse(challenge->user, attempt, [call](bool durable) {
      durable ? call->refuse(wire::VerifyReply{}) : call->fail(Status::unavailable);
    });
  }
  verify_real(call, *challenge, attempt);
}

void Verifier::verify_real(const CallPtr& call, const Challenge& challenge,
                           const std::shared_ptr<const Attempt>& attempt) {
  judge_.judge({challenge.user, challenge.uid, challenge.generation}, attempt, {challenge.service, challenge.source},
               [this, call, challenge](const Judgement* durable) { answer_verify(call, challenge, durable); });
}

void Verifier::answer_verify(const CallPtr& call, const Challenge& challenge, const Judgement* durable) {
  if (durable == nullptr) return call->fail(Status::unavailable);
  const Decision& decision = durable->decision;
  wire::VerifyReply reply;
  std::string token;
  if (durable->found && decision.verdict == Verdict::accepted) {
    Challenge verified = challenge;
    verified.kind = Challenge::Kind::verified;
    verified.charged = decision.charged;
    token = seal_challenge(context_.ring, verified, context_.clock.wall());
    reply.accepted = true;
    reply.verified = token;
    call->reply(reply);
  } else {
    if (call->peer().root() && durable->found) {
      reply.locked = decision.locked;
      const bool warn = decision.attempts_left <= context_.settings.get()->lockout.warn_at;
      if (warn && !decision.locked) reply.attempts_left = static_cast<std::uint8_t>(decision.attempts_left);
    }
    call->refuse(reply);
  }
  audit(context_.log, {"verify", challenge.user, challenge.service, challenge.source, reply.accepted,
                       durable->found ? decision.reason : Reason::not_enrolled});
}

void Verifier::complete(const CallPtr& call) {
  wire::Complete message;
  if (!call->read(message)) return call->fail(Status::bad_request);
  const auto challenge = open_challenge(context_.ring, message.verified, Challenge::Kind::verified, call->peer().uid,
                                        context_.clock.wall());
  if (!challenge) return call->fail(Status::not_permitted);
  // The common login has nothing to reset, and then costs no commit.
  auto record = context_.store.read(challenge->user);
  if (!record) return call->fail(Status::unavailable);
  if (!*record || !lockout::complete((*record)->lockout, challenge->charged)) return call->reply(wire::Nothing{});

  struct Done {};
  context_.committer.update<Done>(
      challenge->user,
      [target = *challenge](std::optional<Record>& stored, Done&) {
        return stored && stored->uid == target.uid && lockout::complete(stored->lockout, target.charged);
      },
      [call](const Done* durable) {
        durable != nullptr ? call->reply(wire::Nothing{}) : call->fail(Status::unavailable);
      });
}

void Verifier::check(const CallPtr& call) {
  wire::Check message;
  if (!call->read(message)) return call->fail(Status::bad_request);
  if (!call->peer().root() && !context_.settings.get()->self_verify) return call->fail(Status::not_permitted);
  const auto account = require_account(context_.names, *call, message.user);
  if (!account) return;
  const auto record = context_.store.read(account->name);
  if (!record) return call->fail(Status::unavailable);
  if (!is_enabled(*record, *account)) return call->fail(Status::not_set_up);
  judge_.judge({account->name, account->uid, (*record)->generation},
               std::make_shared<const Attempt>(judge_.attempt(message.answer, call->id(), Purpose::check)),
               {"umbra-totp", ""},
               [this, call, user = account->name](const Judgement* durable) { answer_check(call, user, durable); });
}

void Verifier::answer_check(const CallPtr& call, const std::string& user, const Judgement* durable) {
  if (durable == nullptr) return call->fail(Status::unavailable);
  if (!durable->found) return call->fail(Status::not_set_up);
  const Decision& decision = durable->decision;
  answer_code(context_, call, "check", user, decision);
}

}  // namespace umbra
