// The exit codes of umbra-totp and how the daemon's answers become one; ruled by umbra-totp(1), "EXIT STATUS".
#pragma once

#include "common/protocol.hpp"

namespace umbra {

enum class Exit : int {
  done = 0,
  refused = 1,        // a wrong or used code, a locked user; also an answer that could not be written
  usage = 2,          // words that cannot be meant, or nothing to ask on
  wrong_state = 3,    // not set up, already enabled, no such user
  unavailable = 4,    // no daemon, or none that makes sense
  not_permitted = 5,  // not this user's to ask
  bad_file = 6,       // an input file that cannot be read
};

constexpr Exit exit_of(wire::Status status) noexcept {
  switch (status) {
    case wire::Status::ok: return Exit::done;
    case wire::Status::bad_request: return Exit::usage;
    case wire::Status::not_permitted: return Exit::not_permitted;
    case wire::Status::unavailable: return Exit::unavailable;
    case wire::Status::no_such_user:
    case wire::Status::not_set_up:
    case wire::Status::already_enabled:
    case wire::Status::nothing_pending:
    case wire::Status::keys_read_only:
    case wire::Status::keys_changed:
    case wire::Status::keys_needed:
    case wire::Status::no_device:
    case wire::Status::devices_full: return Exit::wrong_state;
  }
  return Exit::unavailable;
}

}  // namespace umbra
