// The functions that libpam calls; ruled by pam_sm_authenticate(3) and its siblings, and pam_umbra_totp(8).

#include <cstdlib>

#include "pam_module/login.hpp"
#include "pam_module/pam_host.hpp"
#include "paths.h"

namespace {

using Phase = umbra::Outcome (*)(umbra::Host&, umbra::Daemon&, const umbra::Options&) noexcept;

int run(pam_handle_t* pam, int argc, const char** argv, Phase phase) noexcept {
  umbra::PamHost host(pam);
  umbra::Options options;
  if (const char* bad = umbra::parse_options(argc, argv, options)) {
    host.log(umbra::Weight::error, "refused: unknown or malformed option, see pam_umbra_totp(8):", bad);
    return umbra::pam_code(umbra::Outcome::misconfigured);
  }
  umbra::ChannelDaemon daemon(options.socket != nullptr ? options.socket : UMBRA_SOCKET_PATH, options.timeout_ms);
  return umbra::pam_code(phase(host, daemon, options));
}

}  // namespace

#define UMBRA_EXPORT extern "C" __attribute__((visibility("default")))

// Abstract classes refer to it and libstdc++ is not there; nothing ever calls it.
// NOLINTNEXTLINE(bugprone-reserved-identifier, cert-dcl37-c, cert-dcl51-cpp): the name that the compiler gives it.
extern "C" [[noreturn]] __attribute__((visibility("hidden"))) void __cxa_pure_virtual() { std::abort(); }

UMBRA_EXPORT int pam_sm_authenticate(pam_handle_t* pam, int, int argc, const char** argv) {
  return run(pam, argc, argv, umbra::authenticate);
}

UMBRA_EXPORT int pam_sm_acct_mgmt(pam_handle_t* pam, int, int argc, const char** argv) {
  return run(pam, argc, argv, umbra::complete);
}

// libpam walks the frozen auth chain again and takes each line's action by what authenticate returned: a success here
// never turns a refusal around, and anything else would fail logins that were accepted.
UMBRA_EXPORT int pam_sm_setcred(pam_handle_t*, int, int, const char**) { return PAM_SUCCESS; }

// Nothing to do in a session, and nothing that could count as a changed password.
UMBRA_EXPORT int pam_sm_open_session(pam_handle_t*, int, int, const char**) { return PAM_IGNORE; }
UMBRA_EXPORT int pam_sm_close_session(pam_handle_t*, int, int, const char**) { return PAM_IGNORE; }
UMBRA_EXPORT int pam_sm_chauthtok(pam_handle_t*, int, int, const char**) { return PAM_IGNORE; }
