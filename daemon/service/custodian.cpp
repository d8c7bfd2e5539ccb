#include "daemon/service/custodian.hpp"

#include <algorithm>

#include "daemon/rules/devices.hpp"
#include "daemon/service/accounts.hpp"

namespace umbra {

using wire::Reason;
using wire::Status;

// One request on its way. Password and code are views into the call's packet, which is wiped with it.
struct Custodian::Work {
  CallPtr call;
  Account account;
  std::uint32_t generation = 0;
  Purpose purpose = Purpose::disable;
  std::string_view password, answer;
  std::string device;   // empty: all of them, and what else the factor has
  Attempt reservation;  // of the password
  FreshBackupCodes fresh;

  [[nodiscard]] Target target() const { return {account.name, account.uid, generation}; }
  [[nodiscard]] bool fits(const std::optional<Record>& record) const {
    return record && record->active && record->uid == account.uid &&
           (device.empty() || find_device(*record, device).has_value());
  }
  [[nodiscard]] const char* event() const {
    if (purpose == Purpose::backup_codes) return "backup-codes";
    return device.empty() ? "disable" : "disable-device";
  }
  [[nodiscard]] Status unfit() const { return device.empty() ? Status::not_set_up : Status::no_device; }
  // The pure change, once it is proven; may run more than once.
  void change(Record& record) const {
    if (purpose == Purpose::backup_codes)
      record.backup = fresh.set;
    else if (device.empty())
      forget_factor(record);
    else
      remove_device(record, device);
  }
};

namespace {

// The answer to a request that was done and got lost on its way back: the factor or device it was for is gone.
bool done_before(const std::optional<Record>& record, const wire::RequestId& id, std::int64_t wall) {
  return record && std::any_of(record->acceptances.begin(), record->acceptances.end(), [&](const Acceptance& a) {
           return a.id == id && a.purpose == Purpose::disable && wall >= a.at && wall - a.at <= kRetryLife;
         });
}

}  // namespace

template <class Message>
void Custodian::start(const CallPtr& call, Purpose purpose) {
  Message message;
  if (!call->read(message)) return call->fail(Status::bad_request);
  if constexpr (requires { message.name; })
    if (!plausible_device_name(message.name)) return call->fail(Status::bad_request);
  const auto account = require_account(context_.names, *call, message.user);
  if (!account) return;
  const auto record = context_.store.read(account->name);
  if (!record) return call->fail(Status::unavailable);
  auto work = std::make_shared<Work>();
  work->call = call;
  work->account = *account;
  work->purpose = purpose;
  work->password = message.password;
  work->answer = message.answer;
  if constexpr (requires { message.name; }) work->device = message.name;
  if (!work->fits(*record)) {
    if (purpose == Purpose::disable && done_before(*record, call->id(), context_.clock.wall()))
      return answer(work, true, Reason::unspecified);
    return call->fail(work->unfit());
  }
  work->generation = (*record)->generation;
  call->peer().root() ? prepare(work) : reserve(work);
}

void Custodian::backup_codes(const CallPtr& call) { start<wire::BackupCodes>(call, Purpose::backup_codes); }

void Custodian::disable(const CallPtr& call) { start<wire::Disable>(call, Purpose::disable); }

void Custodian::drop_device(const CallPtr& call) { start<wire::DropDevice>(call, Purpose::disable); }

// A password that is being checked counts meanwhile: parallel guesses are never more than the limit.
void Custodian::reserve(const WorkPtr& work) {
  if (work->password.empty()) return answer(work, false, Reason::malformed);  // nobody typed one: no guess
  work->reservation = judge_.attempt({}, work->call->id(), work->purpose);
  auto mutate = [work, rules = rules_of(*context_.settings.get())](std::optional<Record>& record, Judgement& outcome) {
    outcome.found = work->fits(record);
    if (!outcome.found) return false;
    outcome.decision = reserve_password(*record, work->reservation, rules);
    return true;
  };
  context_.committer.update<Judgement>(work->account.name, std::move(mutate), [this, work](const Judgement* durable) {
    if (durable == nullptr) return work->call->fail(Status::unavailable);
    if (!durable->found) return work->call->fail(work->unfit());
    if (durable->decision.verdict != Verdict::check_password) return answer(work, false, durable->decision.reason);
    if (!context_.password.post([this, work] { check_password(work); })) give_up(work);
  });
}

void Custodian::check_password(const WorkPtr& work) {
  const PasswordVerdict verdict = context_.passwords.check(work->account.name, work->password);
  if (verdict == PasswordVerdict::unavailable) {
    context_.log.note(LOG_ERR,
                      "the password helper gave no answer: check that it is installed and PAM's service umbra-totp");
    return give_up(work);
  }
  auto mutate = [work, right = verdict == PasswordVerdict::right, rules = rules_of(*context_.settings.get()),
                 now = context_.clock.steady()](std::optional<Record>& record, Judgement& outcome) {
    outcome.found = work->fits(record);
    if (!outcome.found && record) abandon(*record, work->reservation);
    if (!outcome.found) return record.has_value();
    Attempt attempt = work->reservation;
    attempt.steady = now;
    outcome.decision = settle_password(*record, attempt, rules, right);
    return true;
  };
  context_.committer.update<Judgement>(work->account.name, std::move(mutate), [this, work](const Judgement* durable) {
    if (durable == nullptr) return work->call->fail(Status::unavailable);
    if (!durable->found) return work->call->fail(work->unfit());
    if (durable->decision.verdict != Verdict::accepted) return answer(work, false, durable->decision.reason);
    prepare(work);
  });
}

void Custodian::give_up(const WorkPtr& work) {
  struct Nothing {};
  context_.committer.update<Nothing>(
      work->account.name,
      [work](std::optional<Record>& record, Nothing&) {
        if (record) abandon(*record, work->reservation);
        return record.has_value();
      },
      [work](const Nothing*) { work->call->fail(Status::unavailable); });
}

// New codes are hashed before the code is judged, so that judging and replacing are one transaction.
void Custodian::prepare(const WorkPtr& work) {
  const auto next = [this, work] { work->call->peer().root() ? do_as_root(work) : judge_code(work); };
  if (work->purpose != Purpose::backup_codes) return next();
  const bool posted = context_.enrolment.post([this, work, next] {
    auto fresh = make_backup_codes(context_.settings.get()->backup_code_count, context_.clock.wall());
    if (!fresh) return work->call->fail(Status::unavailable);
    work->fresh = std::move(*fresh);
    next();
  });
  if (!posted) work->call->fail(Status::unavailable);
}

void Custodian::judge_code(const WorkPtr& work) {
  const auto attempt = std::make_shared<const Attempt>(judge_.attempt(work->answer, work->call->id(), work->purpose));
  judge_.judge(
      work->target(), attempt, {std::string(kToolService), ""},
      [this, work](const Judgement* durable) {
        if (durable == nullptr) return work->call->fail(Status::unavailable);
        if (!durable->found) return work->call->fail(work->unfit());
        answer(work, durable->decision.verdict == Verdict::accepted, durable->decision.reason);
      },
      [work](Record& record) { work->change(record); });
}

void Custodian::do_as_root(const WorkPtr& work) {
  auto mutate = [work](std::optional<Record>& record, Judgement& outcome) {
    outcome.found = work->fits(record);
    if (outcome.found) work->change(*record);
    return outcome.found;
  };
  context_.committer.update<Judgement>(work->account.name, std::move(mutate), [this, work](const Judgement* durable) {
    if (durable == nullptr) return work->call->fail(Status::unavailable);
    if (!durable->found) return work->call->fail(work->unfit());
    answer(work, true, Reason::unspecified);
  });
}

void Custodian::answer(const WorkPtr& work, bool accepted, Reason reason) {
  wire::ProvenReply reply;
  reply.accepted = accepted;
  reply.user = work->account.name;
  if (work->call->peer().root()) reply.reason = static_cast<std::uint8_t>(reason);
  if (accepted) reply.backup_codes = text(work->fresh);
  accepted ? work->call->reply(reply) : work->call->refuse(reply);
  context_.audit.write({work->event(), work->account.name, kToolService, "", accepted, reason});
}

}  // namespace umbra
