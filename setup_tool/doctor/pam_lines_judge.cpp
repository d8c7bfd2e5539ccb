// Each line of ours by itself, what libpam cannot read, and the account group.
#include <algorithm>

#include "setup_tool/doctor/pam_judge.hpp"

namespace umbra::pam {
namespace {

void judge_options(const Service& service, const Line& line, Findings& findings) {
  const auto add = [&](Level level, const std::string& what, const std::string& why, const std::string& change) {
    findings.push_back({level, service.name, what, why, text_of(line.place), change});
  };
  if (const std::string word = bad_option(line); !word.empty())
    add(Level::open, "`" + word + "` is no option of pam_umbra_totp.so", "the line refuses everybody",
        "remove or correct it: pam_umbra_totp(8)");
  if (kind_of(line) != Kind::code || line.group != Group::auth) {
    for (const char* option : {"nullok", "after_password", "forward_pass"})
      if (has_option(line, option))
        add(Level::warning, std::string(option) + " does nothing in `" + line.text + "`",
            "it belongs to the line that asks for the code", "remove it there");
    return;
  }
  if (has_option(line, "use_first_pass") && has_option(line, "forward_pass"))
    add(Level::warning, "use_first_pass and forward_pass contradict each other",
        "one asks nothing, the other asks for both", "remove one of them");
}

bool is_account(const Line& line) { return is_ours(line); }

Finding without_account(const Service& service, const std::string& where) {
  return {Level::open,
          service.name,
          "no account line of pam_umbra_totp.so",
          "a completed login does not clear the failures, so that users are locked out in the end",
          where,
          "account required pam_umbra_totp.so"};
}

}  // namespace

void judge_lines(const Service& service, Findings& findings) {
  for (const Place& place : service.stack.unreadable)
    findings.push_back({Level::open, service.name, "libpam cannot read this line, and takes it for a failure",
                        "a word is missing, or the file that it includes", text_of(place), "correct or remove it"});
  for (const Line& line : service.stack.lines) {
    if (!is_ours(line)) continue;
    if (!service.installed(line))
      findings.push_back({Level::open, service.name, "there is no module " + line.module,
                          "libpam takes the line for a failure, and nobody is let in", text_of(line.place),
                          "install it, or correct the name to " + std::string(kOurModule)});
    judge_options(service, line, findings);
  }
}

void judge_account(const Service& service, Findings& findings) {
  const std::vector<Line> auth = service.of(Group::auth), lines = service.of(Group::account);
  if (std::none_of(auth.begin(), auth.end(), is_ours)) return;
  if (std::none_of(lines.begin(), lines.end(), is_account)) {
    findings.push_back(without_account(service, lines.empty() ? service.name : text_of(lines.back().place)));
    return;
  }
  const Paths paths = explore(lines, service.installed, is_account, true);
  for (const Hole& hole : paths.holes) {
    Finding finding = skipped(service, lines, hole);
    finding.why = "whom it satisfies never completes a login: the failures stay, and a lock comes in the end";
    if (kind_of(lines[hole.culprit]) == Kind::condition) finding.level = Level::warning;
    finding.change = "put `" + lines[hole.ours].text + "` before it";
    findings.push_back(finding);
  }
  if (!paths.passes && !paths.passes_excused)
    findings.push_back({Level::open, service.name, "no account is ever valid here: the account lines refuse everybody",
                        "a jump that goes too far, or a line that always fails", text_of(lines.back().place),
                        "compare the stack with the one in pam_umbra_totp(8)"});
}

}  // namespace umbra::pam
