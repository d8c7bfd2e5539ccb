#include "pam_module/lockout.hpp"

#include "pam_module/subject.hpp"

namespace umbra {

using wire::Status;

namespace {

// Nobody typed sshd's made-up password, nor the one that is missing where there was no conversation.
bool somebody_typed(Host& host) noexcept {
  const Typed password = host.password();
  return !password.view().empty() && !password.view().starts_with(wire::kJunkAnswer);
}

}  // namespace

Outcome preauth(Host& host, Daemon& daemon, const Report& report) noexcept {
  wire::Preauth message;
  if (const auto end = tell_subject(host, report, message)) return *end;
  wire::RequestId id;
  if (!new_request_id(id)) return report.broken();
  Status status = Status::unavailable;
  wire::PreauthReply reply;
  if (const auto error = daemon.preauth(message, id, status, reply); error != ChannelError::none)
    return report.unreachable(error);
  if (status != Status::ok) return report.declined(status);
  return reply.locked ? report.locked() : report.not_locked();
}

Outcome authfail(Host& host, Daemon& daemon, const Report& report) noexcept {
  wire::Authfail message;
  if (const auto end = tell_subject(host, report, message)) return *end;
  message.typed = somebody_typed(host);
  wire::RequestId id;
  if (!new_request_id(id)) return report.broken();
  Status status = Status::unavailable;
  if (const auto error = daemon.authfail(message, id, status); error != ChannelError::none)
    return report.unreachable(error);
  return status == Status::ok ? report.password_refused() : report.declined(status);
}

}  // namespace umbra
