// backup-codes and disable: what changes a live factor, for a password and a code; root gives neither.
#include <unistd.h>

#include "setup_tool/backup_text.hpp"
#include "setup_tool/devices.hpp"
#include "setup_tool/json_text.hpp"
#include "setup_tool/plain_text.hpp"
#include "setup_tool/tool.hpp"

namespace umbra {
namespace {

bool is_root() noexcept { return geteuid() == 0; }

struct Proof {
  TypedPassword password;
  TypedAnswer code;
};

void ask_for(const Tool& tool, Proof& proof) {
  switch (tool.asker.ask_password("Password: ", proof.password)) {
    case Asked::line: break;
    case Asked::too_long:
      throw Failure(Exit::usage, "a password has at most " + std::to_string(wire::kMaxPassword) +
                                     " bytes and this one is longer: nothing was sent, try again");
    case Asked::end: throw Failure(Exit::usage, "the input ended before a password: give password and code");
  }
  if (!tool.asker.ask("Code: ", proof.code))
    throw Failure(Exit::usage, "the input ended before a code: give password and code");
}

// Nobody types a password for nothing.
void require_enabled(const Tool& tool) {
  wire::UserState state;
  tool.client.require(wire::StatusOf{tool.user}, state, tool.user);
  if (!state.enabled) throw Client::failure_of(wire::Status::not_set_up, tool.user);
}

// The reply lives until the client's next call.
template <class Message>
wire::ProvenReply prove(Tool& tool, Message message) {
  Proof proof;
  if (!is_root()) {
    require_enabled(tool);
    ask_for(tool, proof);
  }
  message.user = tool.user;
  message.password = proof.password.text();
  message.answer = proof.code.text();
  wire::ProvenReply reply;
  tool.client.require(message, reply, tool.user);
  return reply;
}

Exit tell_refusal(const wire::ProvenReply& reply) {
  if (is_root())
    tell(refusal_line(reply.reason, reply.user));
  else
    tell("refused: wrong password, wrong or already used code, or locked: wait for the next code and try again");
  return Exit::refused;
}

std::string disabled_json(const wire::ProvenReply& reply, const std::string& device) {
  nlohmann::ordered_json object;
  object["user"] = std::string(reply.user);
  if (!device.empty()) object["device"] = device;
  object["accepted"] = reply.accepted;
  // The daemon tells reasons to root alone.
  if (is_root()) object["reason"] = reason_json(reply.reason);
  return json_line(object);
}

// A single word that is not the caller's own name is one of his devices, but root's is a user.
std::string device_to_disable(Tool& tool) {
  if (!tool.words.device.empty() || tool.words.user.empty() || is_root()) return tool.words.device;
  const std::string caller = caller_name();
  if (tool.words.user == caller) return {};
  tool.user = caller;
  return tool.words.user;
}

Exit tell_disabled(const Tool& tool, const wire::ProvenReply& reply, const std::string& device,
                   const std::string& done) {
  if (tool.words.json)
    tool.out.write(disabled_json(reply, device), reply.accepted ? "it was disabled all the same" : "it was refused");
  else if (reply.accepted)
    tool.out.write(done, "it was disabled all the same");
  return reply.accepted ? Exit::done : tell_refusal(reply);
}

std::string factor_gone(std::string_view user) {
  return "Disabled: " + printable(user) + " has no second factor any more.\n";
}

Exit disable_device(Tool& tool, const std::string& device) {
  const DeviceList list = devices_of(tool);
  // Nobody types a password for nothing.
  if (!list.has(device)) {
    if (list.devices.empty()) throw Client::failure_of(wire::Status::not_set_up, tool.user);
    throw Failure(Exit::wrong_state,
                  printable(tool.user) + " has no device " + printable(device) + ": see umbra-totp status");
  }
  const bool last = list.devices.size() == 1;
  if (last) tell(printable(device) + " is the only device: the whole second factor goes with it, and the backup codes");
  wire::DropDevice message;
  message.name = device;
  const wire::ProvenReply reply = prove(tool, message);
  const std::string done =
      last ? factor_gone(reply.user)
           : "Disabled: codes of " + printable(device) + " let " + printable(reply.user) + " in no more.\n";
  return tell_disabled(tool, reply, device, done);
}

}  // namespace

Exit run_backup_codes(Tool& tool) {
  const wire::ProvenReply reply = prove(tool, wire::BackupCodes{});
  if (!reply.accepted) return tell_refusal(reply);
  if (reply.backup_codes.empty()) Client::throw_broken();
  tool.out.write(
      tool.words.json ? backup_json(reply.user, reply.backup_codes) : backup_page(reply.user, reply.backup_codes),
      "the old backup codes are dead and the new ones were not shown: run umbra-totp backup-codes again");
  return Exit::done;
}

Exit run_disable(Tool& tool) {
  if (const std::string device = device_to_disable(tool); !device.empty()) return disable_device(tool, device);
  const wire::ProvenReply reply = prove(tool, wire::Disable{});
  return tell_disabled(tool, reply, {}, factor_gone(reply.user));
}

}  // namespace umbra
