// One place for each way a phase can end: the outcome and the line that the administrator reads about it; ruled by
// pam_umbra_totp(8), "Logging". Nothing here tells who logged in or what was typed: the daemon's audit trail knows.
#pragma once

#include "common/channel.hpp"
#include "pam_module/host.hpp"
#include "pam_module/options.hpp"

namespace umbra {

class Report {
 public:
  Report(Host& host, const Options& options) noexcept : host_(host), logging_(options.logging) {}

  Outcome accepted() const noexcept { return end(Outcome::success, Weight::debug, "code accepted"); }
  Outcome nothing_asked() const noexcept {
    return end(Outcome::ignore, Weight::debug, "umbra-totpd says that no code is needed");
  }
  Outcome nothing_kept() const noexcept {
    return end(Outcome::ignore, Weight::debug, "no code was accepted here before: nothing to complete");
  }
  Outcome refused() const noexcept { return end(Outcome::refused, Weight::notice, "code refused"); }

  Outcome locked() const noexcept {
    return end(Outcome::refused, Weight::notice,
               "refused before the password: too many failures, see umbra-totp status");
  }
  Outcome not_locked() const noexcept {
    return end(Outcome::ignore, Weight::debug, "neither user nor source is locked");
  }
  Outcome password_refused() const noexcept {
    return end(Outcome::refused, Weight::debug, "umbra-totpd knows that the password was refused");
  }

  Outcome enrolled() const noexcept {
    return end(Outcome::success, Weight::notice, "first code accepted: the user enrolled inside this login");
  }
  Outcome not_enrolled() const noexcept {
    return end(Outcome::refused, Weight::notice, "refused: the user must enrol and brought no right first code");
  }
  Outcome no_prompt_to_enrol() const noexcept {
    return end(Outcome::refused, Weight::error,
               "refused: the user must enrol, and use_first_pass may not prompt: have the user run umbra-totp setup");
  }
  void backup_codes_not_shown() const noexcept {
    note(Weight::notice, "the backup codes could not be shown: umbra-totp backup-codes makes new ones");
  }

  Outcome no_conversation() const noexcept {
    return end(Outcome::conversation_failed, Weight::notice, "the program could not ask the user");
  }
  Outcome bad_service() const noexcept {
    return end(Outcome::misconfigured, Weight::error, "refused: the PAM service has no name, or one above 64 bytes");
  }
  // umbra-totpd checks passwords through a PAM service of its own, and a question of that check would come back to it.
  Outcome own_service() const noexcept {
    return end(Outcome::misconfigured, Weight::error,
               "refused: the PAM service umbra-totp is umbra-totpd's own password check: take this module out of it");
  }
  Outcome role_in_account() const noexcept {
    return end(Outcome::misconfigured, Weight::error,
               "refused: preauth and authfail belong into auth lines: take the word out of the account line");
  }
  Outcome unreachable(ChannelError error) const noexcept {
    return end(Outcome::unavailable, Weight::error, "refused:", describe(error));
  }
  Outcome nonsense() const noexcept { return unreachable(ChannelError::broken); }
  Outcome broken() const noexcept {
    return end(Outcome::unavailable, Weight::error, "refused: the system is out of memory or has no random numbers");
  }

  // An unprivileged program that asks for somebody else, or is not allowed to ask at all, hears what a wrong code
  // hears: the list of return codes in pam_umbra_totp(8) has no other word for "not this one", and callers that know
  // PAM_PERM_DENIED from pam_authenticate(3) are rare.
  Outcome declined(wire::Status status) const noexcept {
    if (status == wire::Status::not_permitted)
      return end(Outcome::refused, Weight::notice,
                 "refused: this process may not ask for that user, or the login took longer than five minutes");
    if (status == wire::Status::unavailable)
      return end(Outcome::unavailable, Weight::error,
                 "refused: umbra-totpd cannot decide now: look at its log (journalctl -u umbra-totpd)");
    return nonsense();
  }

  void password_again() const noexcept {
    note(Weight::notice, "the prompt was answered with the password: with sshd use KbdInteractiveAuthentication");
  }
  void not_kept() const noexcept { note(Weight::error, "out of memory: the failure counter will not be reset"); }
  void not_completed(ChannelError error) const noexcept {
    note(Weight::error, "code accepted before, but the failure counter was not reset:",
         error == ChannelError::none ? "umbra-totpd declined" : describe(error));
  }

 private:
  void note(Weight weight, const char* text, const char* detail = "") const noexcept {
    if (weight == Weight::debug && logging_ != Logging::debug) return;
    if (weight == Weight::notice && logging_ == Logging::quiet) return;
    host_.log(weight, text, detail);
  }
  Outcome end(Outcome outcome, Weight weight, const char* text, const char* detail = "") const noexcept {
    note(weight, text, detail);
    return outcome;
  }

  Host& host_;
  Logging logging_;
};

}  // namespace umbra
