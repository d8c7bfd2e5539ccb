#include "daemon/service/enroller.hpp"

#include "daemon/rules/devices.hpp"
#include "daemon/service/accounts.hpp"
#include "daemon/service/replies.hpp"

namespace umbra {

using wire::Reason;
using wire::Status;

namespace {

bool is_offered(const Credential& credential) noexcept {
  return credential.digits >= 6 && credential.digits <= 8 && credential.period >= 1 && credential.period <= 86400;
}

bool is_add(const Wish& wish) noexcept { return !wish.device.empty(); }

const char* event_of(const Wish& wish) noexcept { return is_add(wish) ? "add-device" : "setup"; }

void fill(wire::SetupReply& reply, const Offer& offer) {
  reply.user = offer.account.name;
  reply.issuer = offer.issuer;
  reply.secret = offer.credential.secret.view();
  reply.backup_codes = text(offer.codes);
  reply.algorithm = static_cast<std::uint8_t>(offer.credential.algorithm);
  reply.digits = offer.credential.digits;
  reply.period = offer.credential.period;
}

template <class Reply>
void refuse(const CallPtr& call, Reason reason) {
  Reply reply;
  reply.accepted = false;
  if (call->peer().root()) reply.reason = static_cast<std::uint8_t>(reason);
  call->refuse(reply);
}

}  // namespace

void Enroller::setup(const CallPtr& call) {
  wire::Setup message;
  if (!call->read(message)) return call->fail(Status::bad_request);
  begin(call, message, {});
}

void Enroller::add_device(const CallPtr& call) {
  wire::AddDevice message;
  if (!call->read(message) || !plausible_device_name(message.name)) return call->fail(Status::bad_request);
  begin(call, message, message.name);
}

void Enroller::begin(const CallPtr& call, const wire::Setup& message, std::string_view device) {
  if (message.algorithm > 3) return call->fail(Status::bad_request);
  if (message.force && !call->peer().root()) return call->fail(Status::not_permitted);
  const auto account = require_account(context_.names, *call, message.user);
  if (!account) return;

  auto wish = std::make_shared<Wish>();
  wish->account = *account;
  wish->may_replace = message.force;
  wish->device = device;
  wish->credential = default_credential(*context_.settings.get());
  if (message.algorithm != 0) wish->credential.algorithm = static_cast<wire::Algorithm>(message.algorithm);
  if (message.digits != 0) wish->credential.digits = message.digits;
  if (message.period != 0) wish->credential.period = message.period;
  if (!is_offered(wish->credential)) return call->fail(Status::bad_request);

  const auto record = context_.store.read(account->name);
  if (!record) return call->fail(Status::unavailable);
  const bool enabled = *record && (*record)->active && (*record)->uid == account->uid;
  wish->with_codes = !enabled || !is_add(*wish);
  // Told before a code is spent on it.
  if (enabled && is_add(*wish) && !has_room_for(**record, device)) return call->fail(Status::devices_full);
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
                 const Reason reason = durable->decision.reason;
                 is_add(*wish) ? refuse<wire::AddDeviceReply>(call, reason) : refuse<wire::SetupReply>(call, reason);
                 context_.audit.write({event_of(*wish), wish->account.name, kToolService, "", false, reason});
               });
}

void Enroller::offer(const CallPtr& call, const std::shared_ptr<const Wish>& wish) {
  enrolment_.offer(wish, [this, call, wish](Status status, const Offer* offer) {
    if (offer == nullptr) return call->fail(status);
    wire::AddDeviceReply reply;
    fill(reply, *offer);
    reply.replaces = offer->replaces;
    is_add(*wish) ? call->reply(reply) : call->reply(static_cast<const wire::SetupReply&>(reply));
    context_.audit.write({event_of(*wish), offer->account.name, kToolService, "", true, Reason::unspecified});
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
