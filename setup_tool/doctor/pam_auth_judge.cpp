// The auth group: is our line's yes needed on every way in, and is what it builds upon there?
#include <algorithm>

#include "setup_tool/doctor/pam_judge.hpp"

namespace umbra::pam {
namespace {

bool is_code(const Line& line) { return is_ours(line) && kind_of(line) == Kind::code; }

// Set-uid programs of a usual system.
bool run_by_users(std::string_view service) {
  static constexpr std::string_view kPrograms[] = {"chfn", "chsh", "newgrp", "passwd", "sg",
                                                   "su",   "su-l", "sudo",   "sudo-i"};
  return std::find(std::begin(kPrograms), std::end(kPrograms), service) != std::end(kPrograms);
}

std::string why_skipped(const Line& culprit) {
  switch (kind_of(culprit)) {
    case Kind::condition: return "whom it matches is never asked for a code; meant so, it is an exemption";
    case Kind::root: return "root runs this program, so that it says yes to everybody";
    case Kind::permit: return "it always says yes: nobody is asked for a code";
    default: break;
  }
  return "whoever satisfies it is let in without a code";
}

Finding of_hole(const Service& service, const std::vector<Line>& lines, const Hole& hole) {
  const Line& culprit = lines[hole.culprit];
  if (hole.said == Said::nothing) {
    Finding finding = skipped(service, lines, hole);
    finding.why = why_skipped(culprit);
    if (kind_of(culprit) == Kind::condition) finding.level = Level::warning;
    return finding;
  }
  const bool down = hole.said == Said::unavailable;
  const std::string verdict = down ? "a login passes while umbra-totpd is down" : "a refused code lets in all the same";
  if (hole.culprit != hole.ours)
    return {Level::open,
            service.name,
            verdict + ": `" + culprit.text + "` forgets the refusal",
            "reset takes back what our line said",
            text_of(culprit.place),
            "remove reset from that line"};
  return {Level::open,
          service.name,
          verdict + ", because of `" + culprit.text + "`",
          "its control does not make every failure count",
          text_of(culprit.place),
          with_control(culprit, "required")};
}

void judge_holes(const Service& service, const std::vector<Line>& lines, const Paths& paths, Findings& findings) {
  for (const Hole& hole : paths.holes) findings.push_back(of_hole(service, lines, hole));
}

void judge_what_passes(const Service& service, const std::vector<Line>& lines, const Paths& paths, Findings& findings) {
  const Line& code = *std::find_if(lines.begin(), lines.end(), is_code);
  if (!paths.passes) {
    findings.push_back({Level::open, service.name, "nobody is let in: with a right password and code the stack refuses",
                        "a jump that goes too far, a line that always fails, or a module that is missing",
                        text_of(code.place), "compare the stack with the one in pam_umbra_totp(8)"});
    return;
  }
  if (paths.passes_by_code_alone && !service.proved_before)
    findings.push_back({Level::warning, service.name, "a code alone lets in, without a password or key",
                        "one factor is left", text_of(code.place),
                        "put the password's line before it: auth requisite pam_unix.so"});
  const bool nullok =
      std::any_of(lines.begin(), lines.end(), [](const Line& l) { return is_code(l) && has_option(l, "nullok"); });
  if (nullok && !paths.passes_excused)
    findings.push_back({Level::warning, service.name, "nullok lets nobody in here",
                        "a line that only ignores does not make libpam say yes", text_of(code.place),
                        "add behind it: auth required pam_permit.so"});
  else if (nullok)
    findings.push_back({Level::warning, service.name, "with nullok, who is not enrolled is not asked for a code",
                        "a rollout needs it, and nobody else", text_of(code.place), "remove nullok at its end"});
}

void judge_after_password(const Service& service, const std::vector<Line>& lines, const Paths& paths,
                          Findings& findings) {
  for (const std::size_t at : paths.unproven)
    findings.push_back({Level::open, service.name, "after_password is not true here: `" + lines[at].text + "`",
                        "the line is also reached after a wrong password, and would then enrol or warn a stranger",
                        text_of(lines[at].place), "make the password's line requisite, or remove after_password"});
}

// A wrong password, where everything else goes well: what libpam calls then.
void judge_authfail(const Service& service, const std::vector<Line>& lines, Findings& findings) {
  const Line* password = nullptr;
  bool charged = false;
  dispatch(lines, [&](const Line& line) -> Value {
    const Kind kind = kind_of(line);
    if (kind == Kind::proof && password == nullptr) password = &line;
    charged = charged || kind == Kind::authfail;
    if (!service.installed(line)) return kModuleUnknown;
    if (kind == Kind::preauth) return kIgnore;
    if (kind == Kind::code && password == nullptr) return kSuccess;
    return kind == Kind::helper || kind == Kind::condition || kind == Kind::permit ? kSuccess : kAuthErr;
  });
  if (password == nullptr || charged) return;
  const bool there =
      std::any_of(lines.begin(), lines.end(), [](const Line& l) { return kind_of(l) == Kind::authfail; });
  findings.push_back({Level::warning, service.name,
                      there ? "a wrong password does not reach the authfail line" : "wrong passwords are not counted",
                      "the lock then knows codes alone", text_of(password->place),
                      with_control(*password, "success=1 default=ignore") +
                          ", and behind it: auth [default=die] pam_umbra_totp.so authfail"});
}

void judge_preauth(const Service& service, const std::vector<Line>& lines, Findings& findings) {
  const auto first = std::find_if(lines.begin(), lines.end(), [](const Line& l) {
    return l.kind == Line::Kind::module && (kind_of(l) == Kind::proof || is_code(l));
  });
  for (auto line = lines.begin(); line != lines.end(); ++line) {
    if (kind_of(*line) != Kind::preauth) continue;
    const Act act = line->actions[kAuthErr].act;
    if (act != Act::bad)
      findings.push_back({Level::warning, service.name, "the preauth line is to be `required`",
                          act == Act::die ? "a locked user is told apart by the missing prompts"
                                          : "its refusal of a locked user does not count",
                          text_of(line->place), with_control(*line, "required")});
    if (line > first)
      findings.push_back({Level::warning, service.name, "the preauth line comes too late",
                          "a locked user's password is tried all the same", text_of(line->place),
                          "put it before " + text_of(first->place)});
  }
}

}  // namespace

void judge_auth(const Service& service, Findings& findings) {
  const std::vector<Line> lines = service.of(Group::auth);
  if (std::none_of(lines.begin(), lines.end(), is_code)) {
    const std::string file = service.stack.found ? "/etc/pam.d/" + service.name : "/etc/pam.d/other";
    findings.push_back({Level::open, service.name, "no code is asked for",
                        service.stack.found ? "no auth line has pam_umbra_totp.so" : "the service has no file", file,
                        "add behind the password's line: auth required pam_umbra_totp.so"});
    return;
  }
  const auto before = static_cast<std::ptrdiff_t>(findings.size());
  const Paths paths = explore(lines, service.installed, is_code, run_by_users(service.name));
  judge_holes(service, lines, paths, findings);
  judge_what_passes(service, lines, paths, findings);
  judge_after_password(service, lines, paths, findings);
  if (std::none_of(findings.begin() + before, findings.end(), [](const Finding& f) { return f.level == Level::open; }))
    findings.push_back({Level::good, service.name, "every way in needs our line's yes", "", "", ""});
  judge_preauth(service, lines, findings);
  judge_authfail(service, lines, findings);
}

}  // namespace umbra::pam
