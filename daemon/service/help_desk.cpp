#include "daemon/service/help_desk.hpp"

#include "daemon/crypto/argon2.hpp"
#include "daemon/crypto/sodium.hpp"
#include "daemon/service/accounts.hpp"
#include "daemon/service/enrolment.hpp"

namespace umbra {

using wire::Reason;
using wire::Status;

// A code for one user, from the draw to the record.
struct HelpDesk::Gift {
  Account account;
  BypassCode code;
  SecretBytes<kShownBackupCode> shown;
  std::int64_t expires_at = 0;  // unix seconds
};

void HelpDesk::bypass(const CallPtr& call) {
  wire::Bypass message;
  if (!call->read(message) || message.valid == 0 || message.valid > wire::kMaxBypass)
    return call->fail(Status::bad_request);
  const auto account = require_account(context_.names, *call, message.user);
  if (!account) return;
  const auto record = context_.store.read(account->name);
  if (!record) return call->fail(Status::unavailable);
  if (!*record || !(*record)->active || (*record)->uid != account->uid) return call->fail(Status::not_set_up);

  const auto gift = std::make_shared<Gift>();
  gift->account = *account;
  gift->code.since = context_.clock.steady();
  gift->code.until = gift->code.since + message.valid;
  gift->expires_at = context_.clock.wall() + message.valid;
  // Under the salt of the backup codes an answer is hashed once for both.
  if ((*record)->backup.codes.empty())
    sodium::random(gift->code.salt);
  else
    gift->code.salt = (*record)->backup.salt;
  if (!context_.enrolment.post([this, call, gift] { make_bypass(call, gift); })) call->fail(Status::unavailable);
}

void HelpDesk::make_bypass(const CallPtr& call, const std::shared_ptr<Gift>& gift) {
  BackupCodeText code;
  const WipeGuard guard(code, sizeof code);
  draw_backup_code(code);
  show_backup_code(code, gift->shown.resize(kShownBackupCode).first<kShownBackupCode>());
  if (!argon2::id({code, sizeof code}, gift->code.salt, gift->code.hash)) return call->fail(Status::unavailable);
  store_bypass(call, gift);
}

void HelpDesk::store_bypass(const CallPtr& call, const std::shared_ptr<const Gift>& gift) {
  struct Outcome {
    bool stored = false, locked = false;
  };
  auto mutate = [gift, now = context_.clock.steady(), policy = context_.settings.get()->lockout](
                    std::optional<Record>& record, Outcome& outcome) {
    if (!record || !record->active || record->uid != gift->account.uid) return false;
    record->bypass = gift->code;
    LockoutState lockout = record->lockout;
    lockout::settle(lockout, policy, now);
    outcome.locked = lockout::gate(lockout, policy, record->uid == 0) == Gate::locked;
    return outcome.stored = true;
  };
  context_.committer.update<Outcome>(gift->account.name, std::move(mutate), [this, call, gift](const Outcome* durable) {
    if (durable == nullptr) return call->fail(Status::unavailable);
    if (!durable->stored) return call->fail(Status::not_set_up);
    wire::BypassReply reply;
    reply.user = gift->account.name;
    reply.code = {reinterpret_cast<const char*>(gift->shown.view().data()), gift->shown.size()};
    reply.expires_at = gift->expires_at;
    reply.locked = durable->locked;
    call->reply(reply);
    context_.audit.write({"bypass", gift->account.name, kToolService, "", true, Reason::unspecified});
  });
}

template <class Message>
void HelpDesk::set_enforced(const CallPtr& call, bool enforced, std::string_view event) {
  Message message;
  if (!call->read(message)) return call->fail(Status::bad_request);
  const auto account = require_account(context_.names, *call, message.user);
  if (!account) return;
  struct Done {};
  context_.committer.update<Done>(
      account->name,
      [account = *account, enforced, now = context_.clock.wall()](std::optional<Record>& record, Done&) {
        if (!record && !enforced) return false;
        own_record(record, account.name, account.uid, now).enforced = enforced;
        return true;
      },
      [this, call, event, user = account->name](const Done* durable) {
        if (durable == nullptr) return call->fail(Status::unavailable);
        call->reply(wire::Nothing{});
        context_.audit.write({event, user, kToolService, "", true, Reason::unspecified});
      });
}

void HelpDesk::enforce(const CallPtr& call) { set_enforced<wire::Enforce>(call, true, "enforce"); }

void HelpDesk::unenforce(const CallPtr& call) { set_enforced<wire::Unenforce>(call, false, "unenforce"); }

}  // namespace umbra
