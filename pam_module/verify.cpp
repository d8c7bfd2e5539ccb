#include "pam_module/verify.hpp"

#include "pam_module/text.hpp"

namespace umbra {

using wire::Status;

Verdict verify(Host& host, Daemon& daemon, const Report& report, const Begun& begun, const Answer& answer) noexcept {
  Status status = Status::unavailable;
  wire::VerifyReply reply;
  const wire::Verify message{as_text(begun.challenge.view()), as_text(answer.view())};
  if (const auto error = daemon.verify(message, begun.id, status, reply); error != ChannelError::none)
    return {.error = report.unreachable(error)};
  if (status != Status::ok) return {.error = report.declined(status)};
  // An acceptance brings its token and nothing that speaks against it, a refusal brings none.
  if (reply.accepted == reply.verified.empty() || (reply.accepted && reply.locked)) return {.error = report.nonsense()};
  // The code is spent and accepted. Where the token cannot be kept the counter is not reset: safe, and no reason to
  // turn a right code away.
  if (reply.accepted && !host.keep(as_bytes(reply.verified))) report.not_kept();
  return {std::nullopt, reply.accepted, reply.locked, reply.attempts_left};
}

bool is_the_password(Host& host, const Report& report, const Typed& typed) noexcept {
  const Typed password = host.password();
  if (typed.view().empty() || typed.view() != password.view()) return false;
  report.password_again();
  return true;
}

void show_locked(Host& host) noexcept {
  host.show_error("This account is temporarily locked after too many failed attempts. Try again later.");
}

}  // namespace umbra
