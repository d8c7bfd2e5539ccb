#include "daemon/service/gatekeeper.hpp"

#include "daemon/service/accounts.hpp"

namespace umbra {

using wire::Reason;
using wire::Status;

namespace {

// Who is asked for, as the parts of a challenge that say it: a decoy where there is no record to look at.
template <class Message>
std::optional<Challenge> who_is(Context& context, const CallPtr& call, const Message& message,
                                std::optional<Record>& record) {
  if (!call->peer().root() && !context.settings.get()->self_verify) {
    call->fail(Status::not_permitted);
    return std::nullopt;
  }
  const Subject subject = find_subject(context.names, call->peer(), message.user);
  if (subject.kind == Subject::Kind::not_permitted || subject.kind == Subject::Kind::unavailable) {
    const bool denied = subject.kind == Subject::Kind::not_permitted;
    call->fail(denied ? Status::not_permitted : Status::unavailable);
    return std::nullopt;
  }
  Challenge who;
  who.user = subject.kind == Subject::Kind::known ? subject.account.name : std::string(message.user);
  who.uid = subject.account.uid;
  who.service = message.service;
  who.source = source_of(call->peer(), message.rhost, message.tty);
  auto stored = context.store.read(subject.kind == Subject::Kind::known ? who.user : decoy_name(who.user));
  if (!stored) {
    context.log.note(LOG_ERR, stored.error());
    call->fail(Status::unavailable);
    return std::nullopt;
  }
  who.decoy = subject.kind != Subject::Kind::known || !*stored || (*stored)->uid != who.uid;
  record = std::move(*stored);
  return who;
}

}  // namespace

void Gatekeeper::preauth(const CallPtr& call) {
  wire::Preauth message;
  if (!call->read(message)) return call->fail(Status::bad_request);
  std::optional<Record> record;
  const auto who = who_is(context_, call, message, record);
  if (!who) return;
  // A lock from a clock that was ahead starts again now, and only once: that is written down.
  if (record && record->lockout.locked_since > context_.clock.steady()) return restart_lock(call, *who);
  answer_preauth(call, *who, record);
}

void Gatekeeper::restart_lock(const CallPtr& call, const Challenge& who) {
  struct Restarted {
    std::optional<Record> record;
  };
  Attempt now;
  now.steady = context_.clock.steady();
  context_.committer.update<Restarted>(
      who.decoy ? decoy_name(who.user) : who.user,
      [now, rules = rules_of(*context_.settings.get())](std::optional<Record>& stored, Restarted& outcome) {
        if (stored) settle_expired(*stored, now, rules);
        outcome.record = stored;
        return stored.has_value();
      },
      [this, call, who](const Restarted* durable) {
        durable != nullptr ? answer_preauth(call, who, durable->record) : call->fail(Status::unavailable);
      });
}

// Answered at once either way: what follows must look the same for a locked user. Suspended is not locked here: a
// backup code may still get through.
void Gatekeeper::answer_preauth(const CallPtr& call, const Challenge& who, const std::optional<Record>& record) {
  const auto config = context_.settings.get();
  const std::int64_t now = context_.clock.steady();
  Gate gate = Gate::open;
  if (record) {
    LockoutState lockout = record->lockout;
    lockout::settle(lockout, config->lockout, now);
    gate = lockout::gate(lockout, config->lockout, record->uid == 0);
  }
  const bool user_locked = !who.decoy && gate == Gate::locked;
  const bool source_locked = !context_.sources.open(who.source, config->source, now);
  call->reply(wire::PreauthReply{user_locked || source_locked});
  if (user_locked || source_locked)
    context_.audit.write({"preauth", who.decoy ? kNobody : std::string_view(who.user), who.service, who.source.text,
                          false, user_locked ? Reason::locked : Reason::source_locked});
}

void Gatekeeper::authfail(const CallPtr& call) {
  wire::Authfail message;
  if (!call->read(message)) return call->fail(Status::bad_request);
  std::optional<Record> record;
  const auto who = who_is(context_, call, message, record);
  if (!who) return;
  // What comes from a source that has used its budget up costs the user nothing: it could lock him out for all others.
  if (!context_.sources.open(who->source, context_.settings.get()->source, context_.clock.steady())) {
    call->refuse(wire::Nothing{});
    return context_.audit.write({"authfail", who->decoy ? kNobody : std::string_view(who->user), who->service,
                                 who->source.text, false, Reason::source_locked});
  }
  charge(call, *who, message.typed);
}

// A decoy is charged in place of a name without a record: the same work, and no row that an attempt could create.
void Gatekeeper::charge(const CallPtr& call, const Challenge& who, bool typed) {
  const auto config = context_.settings.get();
  Attempt attempt;
  attempt.id = call->id();
  attempt.wall = context_.clock.wall();
  attempt.steady = context_.clock.steady();
  const Rules rules = rules_of(*config);
  auto mutate = [who, attempt, rules, typed](std::optional<Record>& stored, Decision& outcome) {
    if (!stored || (!who.decoy && stored->uid != who.uid)) return false;
    outcome = charge_password(*stored, attempt, rules, typed);
    return true;
  };
  context_.committer.update<Decision>(
      who.decoy ? decoy_name(who.user) : who.user, std::move(mutate),
      [this, call, who, config](const Decision* durable) {
        if (durable == nullptr) return call->fail(Status::unavailable);
        if (durable->counts) context_.sources.charge(who.source, config->source, context_.clock.steady());
        call->refuse(wire::Nothing{});
        context_.audit.write({"authfail", who.decoy ? kNobody : std::string_view(who.user), who.service,
                              who.source.text, false, durable->reason});
      });
}

}  // namespace umbra
