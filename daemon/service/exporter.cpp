// Importer::export_user: what a record has, as another system could take it up.
#include "daemon/rules/totp.hpp"
#include "daemon/service/accounts.hpp"
#include "daemon/service/importer.hpp"

namespace umbra {
namespace {

using wire::Status;

// The reply's lists, for as long as it is sent.
struct Lists {
  std::array<std::uint8_t, wire::kMaxPacket> room;
  Writer writer{room};
  std::size_t begun = 0;

  ~Lists() { wipe(room.data(), room.size()); }
  template <class Entry>
  void add(const Entry& entry) {
    Entry::fields(writer, entry);
  }
  // What was added since the last call.
  Bytes take() {
    const std::size_t from = begun;
    begun = writer.size();
    return begun < from ? Bytes() : Bytes(room).subspan(from, begun - from);
  }
};

void add_device(Lists& lists, std::string_view name, const Credential& credential) {
  wire::ExportedDevice device;
  device.name = name;
  device.secret = credential.secret.view();
  device.algorithm = static_cast<std::uint8_t>(credential.algorithm);
  device.digits = credential.digits;
  device.period = credential.period;
  lists.add(device);
}

// Used codes that somebody could still type elsewhere.
void add_used(Lists& lists, const Record& record, std::int64_t now) {
  const Credential& credential = *record.active;
  const Hotp hotp(credential.algorithm, credential.secret.view(), credential.digits);
  const std::uint64_t today = time_step(now, credential.period);
  for (std::uint64_t back = 0; back < ReplayWindow::kSize && back <= record.window.highest; ++back) {
    const std::uint64_t step = record.window.highest - back;
    if (step + kMaxWindow >= today && record.window.spent(step)) lists.add(wire::UsedStep{step, hotp(step)});
  }
}

void add_codes(Lists& lists, const BackupSet& backup) {
  for (const BackupCode& code : backup.codes) {
    wire::HashedCode hashed;
    std::copy(code.hash.begin(), code.hash.end(), hashed.hash);
    const BackupSalt salt = code.salt.value_or(backup.salt);
    std::copy(salt.begin(), salt.end(), hashed.salt);
    hashed.used_at = code.used_at;
    lists.add(hashed);
  }
}

void fill(wire::ExportReply& reply, Lists& lists, const Record& record, std::int64_t now) {
  reply.enforced = record.enforced;
  add_device(lists, record.name, *record.active);
  for (const Device& device : record.more) add_device(lists, device.name, device.credential);
  reply.count = static_cast<std::uint8_t>(1 + record.more.size());
  reply.devices = lists.take();
  add_used(lists, record, now);
  reply.used = lists.take();
  add_codes(lists, record.backup);
  reply.hashed_codes = lists.take();
  reply.codes_made_at = record.backup.created_at;
}

}  // namespace

void Importer::export_user(const CallPtr& call) {
  wire::Export message;
  if (!call->read(message)) return call->fail(Status::bad_request);
  const auto account = require_account(context_.names, *call, message.user);
  if (!account) return;
  const auto config = context_.settings.get();
  wire::ExportReply reply;
  if (!config->allow_export) {
    call->reply(reply);
    return context_.audit.write({"export", account->name, kToolService, "", false, wire::Reason::not_permitted});
  }
  const auto record = context_.store.read(account->name);
  if (!record) return call->fail(Status::unavailable);
  if (!*record || !(*record)->active || (*record)->uid != account->uid) return call->fail(Status::not_set_up);
  Lists lists;
  reply.allowed = true;
  reply.user = account->name;
  reply.issuer = config->issuer;
  fill(reply, lists, **record, context_.clock.wall());
  // It leaves no secret behind that is not on the trail.
  context_.audit.write({"export", account->name, kToolService, "", true, wire::Reason::unspecified});
  call->reply(reply);
}

}  // namespace umbra
