#include "pam_module/login.hpp"

#include <cstdio>
#include <optional>

#include "pam_module/answer.hpp"
#include "pam_module/report.hpp"

namespace umbra {
namespace {

using wire::Status;

// What is too long for the wire loses its end: a literal address, the only source that is believed, always fits.
std::string_view at_most(std::string_view text, std::size_t limit) noexcept {
  if (text.size() > limit) text.remove_suffix(text.size() - limit);
  return text;
}

std::string_view text(Bytes bytes) noexcept { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

Bytes bytes(std::string_view text) noexcept {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

class Login {
 public:
  Login(Host& host, Daemon& daemon, const Options& options) noexcept
      : host_(host), daemon_(daemon), options_(options), report_(host, options) {}

  Outcome run() noexcept;

 private:
  // An outcome ends the login; none: a code is asked for.
  std::optional<Outcome> begin() noexcept;
  std::optional<Outcome> try_first_pass() noexcept;
  Outcome ask() noexcept;
  bool choose_answer(Typed& typed, Answer& answer) noexcept;
  bool is_the_password(const Typed& typed) noexcept;
  Outcome verify(const Answer& answer) noexcept;
  void explain(const wire::VerifyReply& reply) noexcept;

  Host& host_;
  Daemon& daemon_;
  const Options& options_;
  Report report_;
  // Chosen with each challenge: an answer sent twice under one id is one answer to the daemon.
  wire::RequestId id_;
  Token challenge_;
  unsigned digits_ = 0;
};

Outcome Login::run() noexcept {
  // A program may try again on the same handle, for another user: an older success must not outlive that.
  host_.forget();
  if (const auto end = begin()) return *end;
  if (options_.first_pass != FirstPass::no)
    if (const auto end = try_first_pass()) return *end;
  return ask();
}

std::optional<Outcome> Login::begin() noexcept {
  wire::Begin message;
  if (!host_.user(message.user)) return report_.no_conversation();
  // No such name can be known. The empty one is asked for in its place, so that this login looks like any other.
  if (message.user.size() > wire::kMaxUser) message.user = {};
  message.service = host_.service();
  // The rules go by the service: one that cannot be told must not slip past them.
  if (message.service.empty() || message.service.size() > wire::kMaxService) return report_.bad_service();
  message.tty = at_most(host_.tty(), wire::kMaxTty);
  message.rhost = at_most(host_.rhost(), wire::kMaxRhost);
  message.nullok = options_.nullok;

  Status status = Status::unavailable;
  wire::BeginReply reply;
  if (!new_request_id(id_)) return report_.broken();
  if (const auto error = daemon_.begin(message, id_, status, reply); error != ChannelError::none)
    return report_.unreachable(error);
  if (status != Status::ok) return report_.declined(status);
  if (reply.ask == static_cast<std::uint8_t>(wire::Ask::nothing) && reply.challenge.empty())
    return report_.nothing_asked();
  const bool makes_sense = reply.ask == static_cast<std::uint8_t>(wire::Ask::code) && !reply.challenge.empty() &&
                           reply.digits >= 6 && reply.digits <= 8 && challenge_.assign(bytes(reply.challenge));
  if (!makes_sense) return report_.nonsense();
  digits_ = reply.digits;
  return std::nullopt;
}

std::optional<Outcome> Login::try_first_pass() noexcept {
  const bool may_prompt = options_.first_pass == FirstPass::attempt;
  Typed typed = host_.password();
  // A password in that place is no guess at a code: where we may prompt it is left alone, not sent and charged.
  const bool worth_it =
      options_.forward_pass ? code_at_end(typed.view(), digits_) != 0 : looks_like_code(typed.view(), digits_);
  if (may_prompt && !worth_it) return std::nullopt;
  Answer answer;
  if (options_.forward_pass) {
    if (!choose_answer(typed, answer)) return report_.broken();
  } else {
    to_answer(typed.view(), answer);
  }
  const Outcome outcome = verify(answer);
  if (!may_prompt || outcome != Outcome::refused) return outcome;
  return begin();  // another answer needs a challenge of its own
}

Outcome Login::ask() noexcept {
  Typed typed;
  if (!host_.prompt(options_.question(), options_.echo, typed)) return report_.no_conversation();
  Answer answer;
  if (!choose_answer(typed, answer)) return report_.broken();
  return verify(answer);
}

// False where memory ran out.
bool Login::choose_answer(Typed& typed, Answer& answer) noexcept {
  if (options_.forward_pass) {
    cut_off_code(typed, digits_, answer);
    // Before the verdict and whatever it is: the modules behind us go on alike.
    return host_.set_password(typed.c_str());
  }
  if (!is_the_password(typed)) to_answer(typed.view(), answer);
  return true;
}

// sshd's method "password" answers every prompt with the password: sent empty, so that nobody is locked out by it.
bool Login::is_the_password(const Typed& typed) noexcept {
  const Typed password = host_.password();
  if (typed.view().empty() || typed.view() != password.view()) return false;
  report_.password_again();
  return true;
}

Outcome Login::verify(const Answer& answer) noexcept {
  Status status = Status::unavailable;
  wire::VerifyReply reply;
  const wire::Verify message{text(challenge_.view()), text(answer.view())};
  if (const auto error = daemon_.verify(message, id_, status, reply); error != ChannelError::none)
    return report_.unreachable(error);
  if (status != Status::ok) return report_.declined(status);
  // An acceptance brings its token and nothing that speaks against it, a refusal brings none.
  if (reply.accepted == reply.verified.empty() || (reply.accepted && reply.locked)) return report_.nonsense();
  if (!reply.accepted) {
    if (options_.after_password) explain(reply);
    return report_.refused();
  }
  // The code is spent and accepted. Where the token cannot be kept the counter is not reset: safe, and no reason to
  // turn a right code away.
  if (!host_.keep(bytes(reply.verified))) report_.not_kept();
  return report_.accepted();
}

void Login::explain(const wire::VerifyReply& reply) noexcept {
  if (reply.locked)
    return host_.show_error("This account is temporarily locked after too many failed attempts. Try again later.");
  if (reply.attempts_left == wire::kAttemptsNotTold || reply.attempts_left == 0 || options_.logging == Logging::quiet)
    return;
  char line[64];
  static_cast<void>(std::snprintf(line, sizeof line, "That code was not accepted: %u %s left.",
                                  unsigned{reply.attempts_left}, reply.attempts_left == 1 ? "attempt" : "attempts"));
  host_.show_info(line);
}

}  // namespace

Outcome authenticate(Host& host, Daemon& daemon, const Options& options) noexcept {
  return Login(host, daemon, options).run();
}

Outcome complete(Host& host, Daemon& daemon, const Options& options) noexcept {
  const Report report(host, options);
  Token token;
  if (!host.kept(token)) return report.nothing_kept();
  if (token.empty()) return Outcome::success;  // completed already: sudo and lockers may ask twice

  wire::RequestId id;
  Status status = Status::unavailable;
  auto error = ChannelError::broken;
  if (new_request_id(id)) error = daemon.complete(wire::Complete{text(token.view())}, id, status);
  // The daemon's word that this is no acceptance of the last five minutes: such a login starts over.
  if (error == ChannelError::none && status == Status::not_permitted) return report.declined(status);
  // Everything else is a success, reached or not. The code was accepted, spent and durably so before the auth phase
  // said yes; this message only resets the failure counter. Unreset it errs on the strict side, while a refusal here
  // would turn away a user who has done everything right, and lock administrators out of a machine in trouble.
  if (error != ChannelError::none || status != Status::ok) report.not_completed(error);
  host.keep({});
  return Outcome::success;
}

}  // namespace umbra
