// Who logs in, to what and from where, as the first message of each line tells it; ruled by ARCHITECTURE.md,
// "One login".
#pragma once

#include <optional>

#include "common/login_messages.hpp"
#include "pam_module/report.hpp"

namespace umbra {

// What is too long for the wire loses its end: a literal address, the only source that is believed, always fits.
inline std::string_view at_most(std::string_view text, std::size_t limit) noexcept { return text.substr(0, limit); }

// Fills the four fields that Begin, Preauth and Authfail share. An outcome: the login ends with it.
template <class Message>
std::optional<Outcome> tell_subject(Host& host, const Report& report, Message& message) noexcept {
  if (!host.user(message.user)) return report.no_conversation();
  // No such name can be known. The empty one is asked for in its place, so that this login looks like any other.
  if (message.user.size() > wire::kMaxUser) message.user = {};
  message.service = host.service();
  // The rules go by the service: one that cannot be told must not slip past them.
  if (message.service.empty() || message.service.size() > wire::kMaxService) return report.bad_service();
  message.tty = at_most(host.tty(), wire::kMaxTty);
  message.rhost = at_most(host.rhost(), wire::kMaxRhost);
  return std::nullopt;
}

}  // namespace umbra
