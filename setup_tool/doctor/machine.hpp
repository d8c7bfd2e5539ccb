// What runs beside the PAM stacks: daemon, socket, key ring, database, clock, configuration; ruled by umbra-totpd(8).
#pragma once

#include <sys/types.h>

#include "setup_tool/client.hpp"
#include "setup_tool/doctor/finding.hpp"

namespace umbra {

struct MachinePaths {
  std::string socket, keyring, state_dir, config;
  std::vector<std::string> credentials;  // where systemd has the key ring, if not in the file
  std::string daemon;                    // the program
  uid_t owner = 0;                       // of all of them
};

// What the daemon says of its users.
struct Roll {
  bool complete = false;  // it said all
  std::size_t enabled = 0;
  std::vector<std::string> waiting;  // must enrol and have not; the first few
  std::size_t all_waiting = 0;
};

// Whether no key ring is there, be it a file or a credential.
bool is_keyless(const MachinePaths& paths);
Findings judge_files(const MachinePaths& paths);
// Whether it answers; `version` is ours.
Findings judge_daemon(Client& client, const MachinePaths& paths, std::string_view version);
Findings judge_config(const MachinePaths& paths);
Findings judge_clock();
Findings judge_roll(const Roll& roll);
Roll ask_roll(Client& client);

}  // namespace umbra
