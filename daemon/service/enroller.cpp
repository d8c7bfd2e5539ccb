#include "daemon/service/enroller.hpp"

#include "daemon/crypto/sodium.hpp"
#include "daemon/service/accounts.hpp"
#include "daemon/service/audit.hpp"
#include "daemon/service/backup_codes.hpp"

namespace umbra {

using wire::Reason;
using wire::Status;

namespace {

// RFC 4226 §4 R6: "This document RECOMMENDs a shared secret length of 160 bits."
constexpr std::size_t kSecretSize = 20;

// A record that a user of another uid left behind under this name is nobody's: it is begun anew.
Record& own_record(std::optional<Record>& record, const std::string& user, uid_t uid, std::int64_t now) {
  if (record && record->uid == uid) return *record;
  const bool enforced = record && record->enforced;
  record.emplace();
  record->user = user;
  record->uid = uid;
  record->enforced = enforced;
  record->created_at = now;
  return *record;
}

void promote_pending(Record& record, const ReplayWindow& window, std::int64_t now) {
  record.active = std::move(record.pending);
  record.pending.reset();
  record.window = window;
  record.backup = std::move(record.pending_backup);
  record.pending_backup = {};
  record.enrolled_at = now;
  ++record.generation;
}

bool is_offered(const Credential& credential) noexcept {
  return credential.digits >= 6 && credential.digits <= 8 && credential.period >= 1 && credential.period <= 86400;
}

}  // namespace

struct Enroller::Wish {
  Account account;
  Credential credential;  // without its secret yet
  bool may_replace = false;
};

void Enroller::setup(const CallPtr& call) {
  wire::Setup message;
  if (!call->read(message) || message.algorithm > 3) return call->fail(Status::bad_request);
  if (message.force && !call->peer().root()) return call->fail(Status::not_permitted);
  const auto account = require_account(context_.names, *call, message.user);
  if (!account) return;

  const auto config = context_.settings.get();
  auto wish = std::make_shared<Wish>();
  wish->account = *account;
  wish->may_replace = message.force;
  wish->credential.algorithm =
      message.algorithm == 0 ? config->totp.algorithm : static_cast<wire::Algorithm>(message.algorithm);
  wish->credential.digits = message.digits == 0 ? static_cast<std::uint8_t>(config->totp.digits) : message.digits;
  wish->credential.period = message.period == 0 ? config->totp.period : message.period;
  if (!is_offered(wish->credential)) return call->fail(Status::bad_request);

  const auto record = context_.store.read(account->name);
  if (!record) return call->fail(Status::unavailable);
  const bool enabled = *record && (*record)->active && (*record)->uid == account->uid;
  if (!enabled || message.force) return prepare_later(call, wish);
  if (message.answer.empty()) return call->fail(Status::already_enabled);
  wish->may_replace = true;
  judge_.judge({account->name, account->uid, (*record)->generation},
               std::make_shared<const Attempt>(judge_.attempt(message.answer, call->id(), Purpose::setup)),
               {"umbra-totp", ""}, [this, call, wish](const Judgement* durable) {
                 if (durable == nullptr) return call->fail(Status::unavailable);
                 if (durable->found && durable->decision.verdict == Verdict::accepted) return prepare_later(call, wish);
                 wire::SetupReply reply;
                 reply.accepted = false;
                 if (call->peer().root()) reply.reason = static_cast<std::uint8_t>(durable->decision.reason);
                 call->refuse(reply);
                 audit(context_.log, {"setup", wish->account.name, "umbra-totp", "", false, durable->decision.reason});
               });
}

void Enroller::prepare_later(const CallPtr& call, std::shared_ptr<const Wish> wish) {
  if (!context_.enrolment.post([this, call, wish = std::move(wish)] { prepare(call, wish); }))
    call->fail(Status::unavailable);
}

void Enroller::prepare(const CallPtr& call, const std::shared_ptr<const Wish>& wish) {
  const std::int64_t now = context_.clock.wall();
  const auto config = context_.settings.get();
  auto codes = make_backup_codes(config->backup_code_count, now);
  if (!codes) return call->fail(Status::unavailable);
  const auto fresh = std::make_shared<FreshBackupCodes>(std::move(*codes));
  const auto credential = std::make_shared<Credential>(wish->credential);
  sodium::random(credential->secret.resize(kSecretSize));

  struct Outcome {
    bool stored = false;
  };
  auto mutate = [wish, fresh, credential, now](std::optional<Record>& stored, Outcome& outcome) {
    Record& record = own_record(stored, wish->account.name, wish->account.uid, now);
    if (record.active && !wish->may_replace) return false;
    record.pending = *credential;
    record.pending_backup = fresh->set;
    return outcome.stored = true;
  };
  context_.committer.update<Outcome>(
      wish->account.name, std::move(mutate), [this, call, wish, fresh, credential, config](const Outcome* durable) {
        if (durable == nullptr) return call->fail(Status::unavailable);
        if (!durable->stored) return call->fail(Status::already_enabled);
        wire::SetupReply reply;
        reply.user = wish->account.name;
        reply.issuer = config->issuer;
        reply.secret = credential->secret.view();
        reply.backup_codes = {reinterpret_cast<const char*>(fresh->text.view().data()), fresh->text.size()};
        reply.algorithm = static_cast<std::uint8_t>(credential->algorithm);
        reply.digits = credential->digits;
        reply.period = credential->period;
        call->reply(reply);
        audit(context_.log, {"setup", wish->account.name, "umbra-totp", "", true, Reason::unspecified});
      });
}

void Enroller::confirm(const CallPtr& call) {
  wire::Confirm message;
  if (!call->read(message)) return call->fail(Status::bad_request);
  const auto account = require_account(context_.names, *call, message.user);
  if (!account) return;
  const auto attempt = std::make_shared<Attempt>(judge_.attempt(message.answer, call->id(), Purpose::confirm));
  attempt->allow_backup_code = false;

  struct Outcome {
    Status status = Status::nothing_pending;
    Decision decision;
  };
  auto mutate = [attempt, account = *account, rules = rules_of(*context_.settings.get())](std::optional<Record>& record,
                                                                                          Outcome& outcome) {
    if (!record || record->uid != account.uid) return false;
    if (!record->pending) {
      if (!record->active) return false;
      outcome.status = Status::already_enabled;
      if (const auto verdict = asked_again(*record, *record->active, *attempt, rules)) {
        outcome.status = Status::ok;
        outcome.decision = *verdict;
      }
      return false;
    }
    ReplayWindow window;
    outcome.status = Status::ok;
    outcome.decision = verify_and_burn(*record, *record->pending, window, *attempt, rules);
    if (outcome.decision.verdict == Verdict::accepted) promote_pending(*record, window, attempt->wall);
    return true;
  };
  context_.committer.update<Outcome>(account->name, std::move(mutate),
                                     [this, call, user = account->name](const Outcome* durable) {
                                       if (durable == nullptr) return call->fail(Status::unavailable);
                                       if (durable->status != Status::ok) return call->fail(durable->status);
                                       answer_code(context_, call, "confirm", user, durable->decision);
                                     });
}

}  // namespace umbra
