#include "daemon/service/enroller.hpp"

#include "daemon/service/accounts.hpp"
#include "daemon/service/replies.hpp"

namespace umbra {

using wire::Reason;
using wire::Status;

namespace {

bool is_offered(const Credential& credential) noexcept {
  return credential.digits >= 6 && credential.digits <= 8 && credential.period >= 1 && credential.period <= 86400;
}

}  // namespace

void Enroller::setup(const CallPtr& call) {
  wire::Setup message;
  if (!call->read(message) || message.algorithm > 3) return call->fail(Status::bad_request);
  if (message.force && !call->peer().root()) return call->fail(Status::not_permitted);
  const auto account = require_account(context_.names, *call, message.user);
  if (!account) return;

  auto wish = std::make_shared<Wish>();
  wish->account = *account;
  wish->may_replace = message.force;
  wish->credential = default_credential(*context_.settings.get());
  if (message.algorithm != 0) wish->credential.algorithm = static_cast<wire::Algorithm>(message.algorithm);
  if (message.digits != 0) wish->credential.digits = message.digits;
  if (message.period != 0) wish->credential.period = message.period;
  if (!is_offered(wish->credential)) return call->fail(Status::bad_request);

  const auto record = context_.store.read(account->name);
  if (!record) return call->fail(Status::unavailable);
  const bool enabled = *record && (*record)->active && (*record)->uid == account->uid;
  if (!enabled || message.force) return offer(call, wish);
  if (message.answer.empty()) return call->fail(Status::already_enabled);
  replace(call, wish, (*record)->generation, message.answer);
}

void Enroller::replace(const CallPtr& call, const std::shared_ptr<Wish>& wish, std::uint32_t generation,
                       std::string_view answer) {
  wish->may_replace = true;
  judge_.judge({wish->account.name, wish->account.uid, generation},
               std::make_shared<const Attempt>(judge_.attempt(answer, call->id(), Purpose::setup)),
               {std::string(kToolService), ""}, [this, call, wish](const Judgement* durable) {
                 if (durable == nullptr) return call->fail(Status::unavailable);
                 if (durable->found && durable->decision.verdict == Verdict::accepted) return offer(call, wish);
                 wire::SetupReply reply;
                 reply.accepted = false;
                 if (call->peer().root()) reply.reason = static_cast<std::uint8_t>(durable->decision.reason);
                 call->refuse(reply);
                 context_.audit.write({"setup", wish->account.name, kToolService, "", false, durable->decision.reason});
               });
}

void Enroller::offer(const CallPtr& call, const std::shared_ptr<const Wish>& wish) {
  enrolment_.offer(wish, [this, call](Status status, const Offer* offer) {
    if (offer == nullptr) return call->fail(status);
    wire::SetupReply reply;
    reply.user = offer->account.name;
    reply.issuer = offer->issuer;
    reply.secret = offer->credential.secret.view();
    reply.backup_codes = text(offer->codes);
    reply.algorithm = static_cast<std::uint8_t>(offer->credential.algorithm);
    reply.digits = offer->credential.digits;
    reply.period = offer->credential.period;
    call->reply(reply);
    context_.audit.write({"setup", offer->account.name, kToolService, "", true, Reason::unspecified});
  });
}

void Enroller::confirm(const CallPtr& call) {
  wire::Confirm message;
  if (!call->read(message)) return call->fail(Status::bad_request);
  const auto account = require_account(context_.names, *call, message.user);
  if (!account) return;
  const auto attempt = std::make_shared<Attempt>(judge_.attempt(message.answer, call->id(), Purpose::confirm));
  attempt->allow_backup_code = false;

  auto mutate = [attempt, uid = account->uid, rules = rules_of(*context_.settings.get())](std::optional<Record>& record,
                                                                                          Confirmation& outcome) {
    return confirm_pending(record, uid, *attempt, rules, {std::string(kToolService), ""}, outcome);
  };
  context_.committer.update<Confirmation>(account->name, std::move(mutate),
                                          [this, call, user = account->name](const Confirmation* durable) {
                                            if (durable == nullptr) return call->fail(Status::unavailable);
                                            if (durable->status != Status::ok) return call->fail(durable->status);
                                            answer_code(context_, call, "confirm", user, durable->decision);
                                          });
}

}  // namespace umbra
