#include "pam_module/login.hpp"

#include <cstdio>
#include <optional>

#include "pam_module/enrol.hpp"
#include "pam_module/lockout.hpp"
#include "pam_module/subject.hpp"
#include "pam_module/text.hpp"
#include "pam_module/verify.hpp"

namespace umbra {
namespace {

using wire::Status;

// The service of umbra-totpd's own password check.
constexpr std::string_view kOwnService = "umbra-totp";

class Login {
 public:
  Login(Host& host, Daemon& daemon, const Options& options, const Report& report) noexcept
      : host_(host), daemon_(daemon), options_(options), report_(report) {}

  Outcome run() noexcept;

 private:
  // An outcome ends the login; none: a code is asked for, or the user enrols.
  std::optional<Outcome> begin() noexcept;
  std::optional<Outcome> try_first_pass() noexcept;
  Outcome ask() noexcept;
  bool choose_answer(Typed& typed, Answer& answer) noexcept;
  Outcome judge(const Answer& answer) noexcept;
  void explain(const Verdict& verdict) noexcept;

  Host& host_;
  Daemon& daemon_;
  const Options& options_;
  const Report& report_;
  Begun begun_;
};

Outcome Login::run() noexcept {
  std::optional<Outcome> end = begin();
  if (!end && !begun_.enrol && options_.first_pass != FirstPass::no) end = try_first_pass();
  if (end) return *end;
  return begun_.enrol ? enrol(host_, daemon_, options_, report_, begun_) : ask();
}

std::optional<Outcome> Login::begin() noexcept {
  wire::Begin message;
  if (const auto end = tell_subject(host_, report_, message)) return end;
  message.nullok = options_.nullok;
  // Whoever sees a fresh secret must have shown the password first.
  message.may_enrol = options_.after_password && !options_.no_enrol;

  Status status = Status::unavailable;
  wire::BeginReply reply;
  if (!new_request_id(begun_.id)) return report_.broken();
  if (const auto error = daemon_.begin(message, begun_.id, status, reply); error != ChannelError::none)
    return report_.unreachable(error);
  if (status != Status::ok) return report_.declined(status);
  if (reply.ask == static_cast<std::uint8_t>(wire::Ask::nothing) && reply.challenge.empty())
    return report_.nothing_asked();
  begun_.enrol = reply.ask == static_cast<std::uint8_t>(wire::Ask::enrol);
  const bool asks = begun_.enrol ? message.may_enrol : reply.ask == static_cast<std::uint8_t>(wire::Ask::code);
  const bool makes_sense = asks && !reply.challenge.empty() && reply.digits >= 6 && reply.digits <= 8 &&
                           begun_.challenge.assign(as_bytes(reply.challenge));
  if (!makes_sense) return report_.nonsense();
  begun_.digits = reply.digits;
  return std::nullopt;
}

std::optional<Outcome> Login::try_first_pass() noexcept {
  const bool may_prompt = options_.first_pass == FirstPass::attempt;
  Typed typed = host_.password();
  // A password in that place is no guess at a code: where we may prompt it is left alone, not sent and charged.
  const bool worth_it = options_.forward_pass ? code_at_end(typed.view(), begun_.digits) != 0
                                              : looks_like_code(typed.view(), begun_.digits);
  if (may_prompt && !worth_it) return std::nullopt;
  Answer answer;
  if (options_.forward_pass) {
    if (!choose_answer(typed, answer)) return report_.broken();
  } else {
    to_answer(typed.view(), answer);
  }
  const Outcome outcome = judge(answer);
  if (!may_prompt || outcome != Outcome::refused) return outcome;
  return begin();  // another answer needs a challenge of its own
}

Outcome Login::ask() noexcept {
  Typed typed;
  if (!host_.prompt(options_.question(), options_.echo, typed)) return report_.no_conversation();
  Answer answer;
  if (!choose_answer(typed, answer)) return report_.broken();
  return judge(answer);
}

// False where memory ran out.
bool Login::choose_answer(Typed& typed, Answer& answer) noexcept {
  if (options_.forward_pass) {
    cut_off_code(typed, begun_.digits, answer);
    // Before the verdict and whatever it is: the modules behind us go on alike.
    return host_.set_password(typed.c_str());
  }
  if (!is_the_password(host_, report_, typed)) to_answer(typed.view(), answer);
  return true;
}

Outcome Login::judge(const Answer& answer) noexcept {
  const Verdict verdict = verify(host_, daemon_, report_, begun_, answer);
  if (verdict.error) return *verdict.error;
  if (verdict.accepted) return report_.accepted();
  if (options_.after_password) explain(verdict);
  return report_.refused();
}

void Login::explain(const Verdict& verdict) noexcept {
  if (verdict.locked) return show_locked(host_);
  const unsigned left = verdict.attempts_left;
  if (left == wire::kAttemptsNotTold || left == 0 || options_.logging == Logging::quiet) return;
  char line[64];
  static_cast<void>(std::snprintf(line, sizeof line, "That code was not accepted: %u %s left.", left,
                                  left == 1 ? "attempt" : "attempts"));
  host_.show_info(line);
}

}  // namespace

Outcome authenticate(Host& host, Daemon& daemon, const Options& options) noexcept {
  const Report report(host, options);
  // A program may try again on the same handle, for another user: an older success must not outlive that.
  host.forget();
  if (host.service() == kOwnService) return report.own_service();
  switch (options.role) {
    case Role::code: break;
    case Role::preauth: return preauth(host, daemon, report);
    case Role::authfail: return authfail(host, daemon, report);
  }
  return Login(host, daemon, options, report).run();
}

Outcome complete(Host& host, Daemon& daemon, const Options& options) noexcept {
  const Report report(host, options);
  if (host.service() == kOwnService) return report.own_service();
  // Such a line would complete nothing, and look as if it did what its word says.
  if (options.role != Role::code) return report.role_in_account();
  Token token;
  if (!host.kept(token)) return report.nothing_kept();
  if (token.empty()) return Outcome::success;  // completed already: sudo and lockers may ask twice

  wire::RequestId id;
  Status status = Status::unavailable;
  auto error = ChannelError::broken;
  if (new_request_id(id)) error = daemon.complete(wire::Complete{as_text(token.view())}, id, status);
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
