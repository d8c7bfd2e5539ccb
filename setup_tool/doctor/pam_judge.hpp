// What is wrong with one service's PAM stack, and which line to change; ruled by umbra-totp(1), "doctor". Pure.
#pragma once

#include "setup_tool/doctor/finding.hpp"
#include "setup_tool/doctor/pam_paths.hpp"

namespace umbra::pam {

struct Service {
  std::string name;
  Stack stack, other;  // other: what libpam takes for groups that the service has none of
  Installed installed = [](const Line&) { return true; };
  // sshd asks for a key before the stack runs.
  bool proved_before = false;

  [[nodiscard]] std::vector<Line> of(Group group) const { return lines_that_run(stack, other, group); }
  // Whether any line of it is ours.
  [[nodiscard]] bool mentions_ours() const;
};

Findings judge_service(const Service& service);
// The parts of it, each in a file of its own.
void judge_auth(const Service& service, Findings& findings);
void judge_account(const Service& service, Findings& findings);
void judge_lines(const Service& service, Findings& findings);

std::string text_of(const Place& place);
// The line with another control: "auth [success=1 default=ignore] pam_unix.so nullok".
std::string with_control(const Line& line, const std::string& control);
// What makes the line `hole.culprit` go on to ours in place of round it.
Finding skipped(const Service& service, const std::vector<Line>& lines, const Hole& hole);

}  // namespace umbra::pam
