#include "daemon/service/verifier.hpp"

#include "daemon/rules/devices.hpp"
#include "daemon/service/accounts.hpp"
#include "daemon/service/replies.hpp"

namespace umbra {
namespace {

using wire::Reason;
using wire::Status;

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
std::optional<Reason> passes_without_code(const std::optional<Record>& record, SecondFactor factor, bool nullok) {
  if (factor == SecondFactor::exempt) return Reason::exempt;
  if (record && (record->active || record->enforced)) return std::nullopt;
  if (nullok && factor == SecondFactor::optional) return Reason::not_enrolled;
  return std::nullopt;
}

}  // namespace

// Who must enrol does it here and now, where the password was right and the peer is one that may say so. Not while he
// is locked: his password may have been guessed.
bool Verifier::may_enrol(const Call& call, const std::optional<Record>& record, const Account& account,
                         SecondFactor factor, bool asked) const {
  const bool must = factor == SecondFactor::enrol || (record && record->enforced);
  if (!must || !asked || !call.peer().root() || is_enabled(record, account)) return false;
  if (!record || record->uid != account.uid) return true;
  const auto config = context_.settings.get();
  LockoutState lockout = record->lockout;
  lockout::settle(lockout, config->lockout, context_.clock.steady());
  return lockout::gate(lockout, config->lockout, account.uid == 0) == Gate::open;
}

void Verifier::begin(const CallPtr& call) {
  wire::Begin message;
  if (!call->read(message)) return call->fail(Status::bad_request);
  const auto config = context_.settings.get();
  const Subject subject = call->peer().root() || config->self_verify
                              ? find_subject(context_.names, call->peer(), message.user)
                              : Subject{Subject::Kind::not_permitted, {}};
  if (subject.kind == Subject::Kind::not_permitted) return decline(call, message);
  if (subject.kind == Subject::Kind::unavailable) return call->fail(Status::unavailable);

  const bool known = subject.kind == Subject::Kind::known;
  Challenge challenge;
  challenge.user = known ? subject.account.name : std::string(message.user);
  challenge.service = message.service;
  challenge.source = source_of(call->peer(), message.rhost, message.tty);
  challenge.uid = known ? subject.account.uid : 0;
  challenge.peer_uid = call->peer().uid;
  challenge.id = call->id();

  tl::expected<std::optional<Record>, StoreError> record;
  if (known) record = context_.store.read(challenge.user);
  // A name without a record costs what one with a record costs: a decoy's is opened in its place.
  if (record && !*record)
    if (const auto decoy = context_.store.read(decoy_name(challenge.user)); !decoy)
      record = tl::unexpected(decoy.error());
  if (!record) {
    context_.log.note(LOG_ERR, record.error());
    return call->fail(Status::unavailable);
  }
  auto ask = wire::Ask::code;
  challenge.decoy = !known || !is_enabled(*record, subject.account);
  if (known) {
    const SecondFactor factor = factor_for(context_, call->peer(), subject.account, message);
    if (const auto why = passes_without_code(*record, factor, message.nullok)) return pass(call, challenge, *why);
    if (may_enrol(*call, *record, subject.account, factor, message.may_enrol)) ask = wire::Ask::enrol;
  }
  if (ask == wire::Ask::enrol) {
    challenge.kind = Challenge::Kind::enrolling;
    challenge.decoy = false;
  } else if (!challenge.decoy) {
    challenge.generation = (*record)->generation;
  }
  const std::string token = seal_challenge(context_.ring, challenge, context_.clock.wall());
  const bool own_digits = !challenge.decoy && ask == wire::Ask::code;
  const auto digits = own_digits ? most_digits(**record) : static_cast<std::uint8_t>(config->totp.digits);
  call->reply(wire::BeginReply{static_cast<std::uint8_t>(ask), digits, token});
}

void Verifier::pass(const CallPtr& call, const Challenge& who, Reason why) {
  call->reply(wire::BeginReply{static_cast<std::uint8_t>(wire::Ask::nothing), 0, {}});
  context_.audit.write({"begin", who.user, who.service, who.source.text, true, why});
}

// Before any other work, and without a look at the name: it is somebody else's.
void Verifier::decline(const CallPtr& call, const wire::Begin& message) {
  call->fail(Status::not_permitted);
  const std::string peer = "uid " + std::to_string(call->peer().uid);
  context_.audit.write({"begin", "(not the caller)", message.service, peer, false, Reason::not_permitted});
}

void Verifier::verify(const CallPtr& call) {
  wire::Verify message;
  if (!call->read(message)) return call->fail(Status::bad_request);
  const auto challenge =
      open_challenge(context_.ring, message.challenge, {Challenge::Kind::issued, Challenge::Kind::enrolling},
                     call->peer().uid, context_.clock.wall());
  // Also a challenge that ran out while somebody looked for his telephone: refused, not charged.
  if (!challenge || challenge->id != call->id()) {
    call->refuse(wire::VerifyReply{});
    return context_.audit.write({"verify", kForeignChallenge, "", "", false, Reason::spent_challenge});
  }
  if (!context_.sources.open(challenge->source, context_.settings.get()->source, context_.clock.steady()))
    return refuse_source(context_, call, "verify", *challenge);
  const auto attempt = std::make_shared<Attempt>(judge_.attempt(message.answer, call->id(), Purpose::login));
  if (challenge->kind == Challenge::Kind::enrolling) return enrolment_.confirm(call, *challenge, attempt);
  if (challenge->decoy) return rehearse(call, *challenge, attempt);
  judge_.judge({challenge->user, challenge->uid, challenge->generation}, attempt,
               {challenge->service, challenge->source.text},
               [this, call, challenge = *challenge](const Judgement* durable) {
                 answer_login(context_, call, challenge, durable);
               });
}

void Verifier::rehearse(const CallPtr& call, const Challenge& challenge,
                        const std::shared_ptr<const Attempt>& attempt) {
  judge_.rehearse(challenge.user, attempt, [this, call, challenge](bool durable, bool counts) {
    if (!durable) return call->fail(Status::unavailable);
    if (counts) context_.sources.charge(challenge.source, context_.settings.get()->source, context_.clock.steady());
    call->refuse(wire::VerifyReply{});
    context_.audit.write({"verify", kNobody, challenge.service, challenge.source.text, false, Reason::not_enrolled});
  });
}

void Verifier::complete(const CallPtr& call) {
  wire::Complete message;
  if (!call->read(message)) return call->fail(Status::bad_request);
  const auto challenge = open_challenge(context_.ring, message.verified, {Challenge::Kind::verified}, call->peer().uid,
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
               {std::string(kToolService), ""},
               [this, call, user = account->name](const Judgement* durable) { answer_check(call, user, durable); });
}

void Verifier::answer_check(const CallPtr& call, const std::string& user, const Judgement* durable) {
  if (durable == nullptr) return call->fail(Status::unavailable);
  if (!durable->found) return call->fail(Status::not_set_up);
  const Decision& decision = durable->decision;
  answer_code(context_, call, "check", user, decision);
}

}  // namespace umbra
