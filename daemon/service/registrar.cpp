#include "daemon/service/registrar.hpp"

#include <type_traits>

#include "daemon/rules/devices.hpp"
#include "daemon/service/accounts.hpp"
#include "paths.h"

namespace umbra {

using wire::Status;

void Registrar::ping(const CallPtr& call) {
  wire::Ping message;
  if (!call->read(message)) return call->fail(Status::bad_request);
  call->reply(wire::PingReply{UMBRA_VERSION});
}

wire::UserState Registrar::state_of(const Record& record, bool to_root) const {
  const LockoutPolicy policy = context_.settings.get()->lockout;
  LockoutState lockout = record.lockout;
  lockout::settle(lockout, policy, context_.clock.steady());
  const Gate gate = lockout::gate(lockout, policy, record.uid == 0);

  wire::UserState state;
  state.user = record.user;
  state.enabled = record.active.has_value();
  state.pending = record.pending.has_value();
  state.enforced = record.enforced;
  state.locked = gate != Gate::open;
  state.suspended = gate == Gate::suspended;
  state.backup_codes_remaining = static_cast<std::uint8_t>(record.backup.remaining());
  state.failures = lockout.recent_count;
  if (to_root && gate == Gate::locked) state.locked_until = lockout.locked_until;
  state.last_success = record.last_success;
  return state;
}

void Registrar::status(const CallPtr& call) {
  wire::StatusOf message;
  if (!call->read(message)) return call->fail(Status::bad_request);
  const auto account = require_account(context_.names, *call, message.user);
  if (!account) return;
  const auto record = context_.store.read(account->name);
  if (!record) return call->fail(Status::unavailable);
  if (*record && (*record)->uid == account->uid) return call->reply(state_of(**record, call->peer().root()));
  wire::UserState nothing;
  nothing.user = account->name;
  call->reply(nothing);
}

void Registrar::devices(const CallPtr& call) {
  wire::DevicesOf message;
  if (!call->read(message)) return call->fail(Status::bad_request);
  const auto account = require_account(context_.names, *call, message.user);
  if (!account) return;
  const auto record = context_.store.read(account->name);
  if (!record) return call->fail(Status::unavailable);
  wire::DevicesReply reply;
  reply.user = account->name;
  if (!*record || (*record)->uid != account->uid) return call->reply(reply);
  std::array<std::uint8_t, wire::kMaxDeviceItems> items;
  Writer writer(items);
  reply.count = static_cast<std::uint8_t>(device_count(**record));
  for (std::size_t i = 0; i < reply.count; ++i) {
    const DeviceView device = device_at(**record, i);
    const wire::DeviceEntry entry{device.name, static_cast<std::uint8_t>(device.credential->algorithm),
                                  device.credential->digits, device.credential->period, device.added_at};
    wire::DeviceEntry::fields(writer, entry);
  }
  reply.items = Bytes(items.data(), writer.size());
  if ((*record)->pending) reply.pending = pending_device(**record);
  call->reply(reply);
}

void Registrar::list(const CallPtr& call) {
  wire::List message;
  if (!call->read(message)) return call->fail(Status::bad_request);
  std::array<std::uint8_t, wire::kMaxListItems> items;
  Writer writer(items);
  wire::ListReply reply;
  std::size_t written = 0;
  const auto result = context_.store.walk(std::string(message.user), [&](std::string_view user, const Record* record) {
    wire::UserState damaged;
    damaged.user = user;
    Writer attempt = writer;
    const wire::UserState state = record != nullptr ? state_of(*record, true) : damaged;
    wire::UserState::fields(attempt, state);
    if (!attempt.ok()) {
      reply.more = true;
      return false;
    }
    writer = attempt;
    written = writer.size();
    ++reply.count;
    return true;
  });
  if (!result) return call->fail(Status::unavailable);
  reply.items = Bytes(items.data(), written);
  call->reply(reply);
}

// Root names a record by its user, whom the system may not know any more.
template <class Message>
void Registrar::change(const CallPtr& call, std::string_view event,
                       std::function<void(std::optional<Record>&)> change) {
  Message message;
  if (!call->read(message) || !plausible_user_name(message.user)) return call->fail(Status::bad_request);
  const Subject subject = find_subject(context_.names, call->peer(), message.user);
  const bool known = subject.kind == Subject::Kind::known;
  const std::string user = known ? subject.account.name : std::string(message.user);
  struct Outcome {
    bool there = false;
  };
  context_.committer.update<Outcome>(
      user,
      [change = std::move(change)](std::optional<Record>& record, Outcome& outcome) {
        outcome.there = record.has_value();
        if (record) change(record);
        return outcome.there;
      },
      [this, call, known, event, user](const Outcome* durable) {
        if (durable == nullptr) return call->fail(Status::unavailable);
        if (!durable->there) return call->fail(known ? Status::not_set_up : Status::no_such_user);
        call->reply(wire::Nothing{});
        context_.audit.write({event, user, kToolService, "", true, wire::Reason::unspecified});
      },
      std::is_same_v<Message, wire::Remove>);  // a damaged record is one to get rid of
}

void Registrar::unlock(const CallPtr& call) {
  change<wire::Unlock>(call, "unlock", [](std::optional<Record>& record) {
    lockout::unlock(record->lockout);
    record->reservations.clear();
  });
}

void Registrar::remove(const CallPtr& call) {
  change<wire::Remove>(call, "remove", [](std::optional<Record>& record) { record.reset(); });
}

}  // namespace umbra
