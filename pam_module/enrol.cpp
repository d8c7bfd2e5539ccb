#include "pam_module/enrol.hpp"

#include "pam_module/enrolment.hpp"
#include "pam_module/text.hpp"

namespace umbra {
namespace {

constexpr unsigned kMaxCodes = 3, kMaxRedraws = 5;

class Enrolling {
 public:
  Enrolling(Host& host, Daemon& daemon, const Options& options, const Report& report, const Begun& begun) noexcept
      : host_(host), daemon_(daemon), options_(options), report_(report), begun_(begun) {}

  Outcome run() noexcept;

 private:
  // An outcome ends the login; none: it goes on, after judge() with another prompt.
  std::optional<Outcome> fetch() noexcept;
  std::optional<Outcome> ask(Answer& answer) noexcept;
  std::optional<Outcome> judge(const Answer& answer) noexcept;
  void show_backup_codes() noexcept;

  Host& host_;
  Daemon& daemon_;
  const Options& options_;
  const Report& report_;
  const Begun& begun_;
  Enrolment enrolment_;
  Page page_;
  QrLook look_ = QrLook::none;
  unsigned codes_ = 0, redraws_ = 0;
};

Outcome Enrolling::run() noexcept {
  if (options_.first_pass == FirstPass::only) return report_.no_prompt_to_enrol();
  if (const auto end = fetch()) return *end;
  look_ = enrolment_.write_secret(look_for(host_.tty()), page_);
  for (;;) {
    Answer answer;
    if (const auto end = ask(answer)) return *end;
    if (const auto end = judge(answer)) return *end;
    page_.clear();
    page_.add("That code was not accepted. First code from your app: ");
  }
}

std::optional<Outcome> Enrolling::fetch() noexcept {
  wire::Status status = wire::Status::unavailable;
  wire::EnrolReply reply;
  const wire::Enrol message{as_text(begun_.challenge.view())};
  if (const auto error = daemon_.enrol(message, begun_.id, status, reply); error != ChannelError::none)
    return report_.unreachable(error);
  if (status != wire::Status::ok) return report_.declined(status);
  if (!enrolment_.read(reply)) return report_.nonsense();
  return std::nullopt;
}

// One prompt message and no text before it: what a program shows of texts, and when, differs too much.
std::optional<Outcome> Enrolling::ask(Answer& answer) noexcept {
  for (;;) {
    answer.clear();
    Typed typed;
    if (!host_.prompt(page_.c_str(), options_.echo, typed)) return report_.no_conversation();
    if (is_the_password(host_, report_, typed)) return std::nullopt;
    to_answer(typed.view(), answer);
    const bool wants_redraw = as_text(answer.view()) == "i" || as_text(answer.view()) == "I";
    if (!wants_redraw || inverted(look_) == look_) return std::nullopt;
    if (redraws_++ == kMaxRedraws) return report_.not_enrolled();
    look_ = enrolment_.write_secret(inverted(look_), page_);
  }
}

std::optional<Outcome> Enrolling::judge(const Answer& answer) noexcept {
  const Verdict verdict = verify(host_, daemon_, report_, begun_, answer);
  if (verdict.error) return verdict.error;
  if (verdict.accepted) {
    show_backup_codes();
    return report_.enrolled();
  }
  if (verdict.locked) show_locked(host_);
  // An empty answer is the way out, and sshd's method "password" has nothing else to give.
  const bool again = !verdict.locked && !answer.empty() && ++codes_ < kMaxCodes;
  if (again) return std::nullopt;
  return report_.not_enrolled();
}

// The user is enrolled: nothing that happens here takes that back.
void Enrolling::show_backup_codes() noexcept {
  if (!enrolment_.has_backup_codes()) return;
  enrolment_.write_backup_codes(page_);
  Typed enter;
  if (!host_.prompt(page_.c_str(), true, enter)) report_.backup_codes_not_shown();
}

}  // namespace

Outcome enrol(Host& host, Daemon& daemon, const Options& options, const Report& report, const Begun& begun) noexcept {
  return Enrolling(host, daemon, options, report, begun).run();
}

}  // namespace umbra
