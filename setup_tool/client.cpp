#include "setup_tool/client.hpp"

#include "setup_tool/plain_text.hpp"

namespace umbra {
namespace {

constexpr uid_t kDaemonUid = 0;
constexpr int kTimeoutMs = 15'000;  // ten backup codes are ten Argon2 hashes, behind those of others

std::string line_for(wire::Status status, const std::string& user) {
  switch (status) {
    case wire::Status::ok: break;
    case wire::Status::bad_request:
      return "umbra-totpd did not understand: check the words, and that tool and daemon are of one version";
    case wire::Status::not_permitted:
      return "not permitted: ask as root, or for yourself alone where the administrator allows it";
    case wire::Status::unavailable:
      return "umbra-totpd cannot answer now and decided nothing: look at its log (journalctl -u umbra-totpd)";
    case wire::Status::no_such_user: return "no such user: " + user + ": check the name (getent passwd)";
    case wire::Status::not_set_up: return user + " is not set up: run umbra-totp setup first";
    case wire::Status::already_enabled:
      return user + " is already enabled and nothing waits to be confirmed: see umbra-totp status";
    case wire::Status::nothing_pending:
      return "nothing waits to be confirmed for " + user + ": run umbra-totp setup first";
    case wire::Status::keys_read_only:
      return "umbra-totpd may not write its key ring, a credential of systemd or a read-only file: change it by hand, "
             "see KEY RING in umbra-totpd(8)";
    case wire::Status::keys_changed:
      return "the key ring's file is not the one that umbra-totpd read at its start: run systemctl restart umbra-totpd "
             "first";
    case wire::Status::keys_needed:
      return "the old keys are still needed and stay: run umbra-totp key rotate until it says that all is sealed, then "
             "this again";
    case wire::Status::no_device: return user + " has no device of that name: see umbra-totp status";
    case wire::Status::devices_full:
      return user + " has as many devices as there may be: take one away first (umbra-totp disable --device NAME)";
  }
  return "umbra-totpd gave an unknown answer: check that tool and daemon are of one version";
}

}  // namespace

Client::Client(std::string socket_path)
    : path_(std::move(socket_path)), channel_(path_.c_str(), kDaemonUid, kTimeoutMs) {}

Failure Client::failure_of(wire::Status status, std::string_view user) {
  return {exit_of(status), line_for(status, printable(user))};
}

void Client::throw_broken() { throw Failure(Exit::unavailable, describe(ChannelError::broken)); }

}  // namespace umbra
