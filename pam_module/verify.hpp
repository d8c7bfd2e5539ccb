// One answer's way to the daemon, and what its verdict means; ruled by ARCHITECTURE.md, "One login".
#pragma once

#include <optional>

#include "pam_module/answer.hpp"
#include "pam_module/daemon.hpp"
#include "pam_module/report.hpp"

namespace umbra {

// What the daemon said at the beginning: answers are sent with it.
struct Begun {
  // Chosen with each challenge: an answer sent twice under one id is one answer to the daemon.
  wire::RequestId id;
  Token challenge;
  unsigned digits = 0;
  bool enrol = false;  // the user must enrol first
};

struct Verdict {
  std::optional<Outcome> error;  // reported already: no verdict came, and the login ends
  bool accepted = false;         // and the token is kept
  bool locked = false;
  std::uint8_t attempts_left = wire::kAttemptsNotTold;
};

Verdict verify(Host& host, Daemon& daemon, const Report& report, const Begun& begun, const Answer& answer) noexcept;

// sshd's method "password" answers every prompt with the password: to be sent empty, so that nobody is locked out.
bool is_the_password(Host& host, const Report& report, const Typed& typed) noexcept;

// For administrators who said that the password came first.
void show_locked(Host& host) noexcept;

}  // namespace umbra
