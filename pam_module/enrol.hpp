// The rest of a login whose user must enrol: the secret in the prompt, its first code, the backup codes; ruled by
// ARCHITECTURE.md, "Enrolment inside the login".
#pragma once

#include "pam_module/verify.hpp"

namespace umbra {

// Asks for a fresh secret with `begun`'s challenge, and succeeds only where the daemon accepted a code of it.
Outcome enrol(Host& host, Daemon& daemon, const Options& options, const Report& report, const Begun& begun) noexcept;

}  // namespace umbra
