// What the module does in its two phases, written against Host and Daemon alone; ruled by ARCHITECTURE.md, "One login".
// It decides nothing: success needs the daemon's acceptance of this very answer, ignore needs its word that there is
// nothing to ask, and every error is a refusal.
#pragma once

#include "pam_module/daemon.hpp"
#include "pam_module/host.hpp"
#include "pam_module/options.hpp"

namespace umbra {

// The auth phase: asks whether, prompts or enrols, has the answer verified and keeps the token of an acceptance; or
// what the role of the line is.
Outcome authenticate(Host& host, Daemon& daemon, const Options& options) noexcept;

// The account phase, after the whole auth stack has succeeded: redeems what authenticate() kept, once.
Outcome complete(Host& host, Daemon& daemon, const Options& options) noexcept;

}  // namespace umbra
