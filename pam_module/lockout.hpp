// The two lines around the password that share the daemon's counter with it; ruled by pam_umbra_totp(8). Neither ever
// prompts for anything but an unknown name, nor shows a text.
#pragma once

#include "pam_module/daemon.hpp"
#include "pam_module/report.hpp"

namespace umbra {

// Before the password: refused while the user or the source is locked, else ignored.
Outcome preauth(Host& host, Daemon& daemon, const Report& report) noexcept;

// Behind a wrong password: tells the daemon, and refuses whatever it says.
Outcome authfail(Host& host, Daemon& daemon, const Report& report) noexcept;

}  // namespace umbra
