// The running daemon: every part built once, in the order in which one needs the other; ruled by ARCHITECTURE.md.
#pragma once

#include <memory>
#include <string>

#include "daemon/system/log.hpp"

namespace umbra {

struct Paths {
  std::string config, state_dir, keyring, socket, password_helper;
};

// $CREDENTIALS_DIRECTORY/keyring where that is there, else the built-in path.
std::string default_keyring_path();

// Serves until SIGTERM or SIGINT. Throws std::runtime_error with one line that says what to do.
void run_daemon(const Paths& paths, const Log& log);

}  // namespace umbra
