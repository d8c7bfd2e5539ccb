#include "setup_tool/doctor/pam_judge.hpp"

#include <algorithm>

namespace umbra::pam {
namespace {

// A service that libpam cannot read refuses everybody; what else it says is beside the point.
Finding broken(const Service& service) {
  const bool known = !service.stack.unreadable.empty();
  return {Level::open,
          service.name,
          "libpam cannot read this service's file, so every login fails",
          "a file behind @include is missing, includes itself, or ends in a backslash",
          known ? text_of(service.stack.unreadable.front()) : service.name,
          "correct or remove that line"};
}

}  // namespace

std::string text_of(const Place& place) { return place.file + ":" + std::to_string(place.line); }

std::string with_control(const Line& line, const std::string& control) {
  static constexpr const char* kGroups[] = {"auth", "account", "password", "session"};
  const bool pairs = control.find('=') != std::string::npos;
  std::string text = std::string(line.silent ? "-" : "") + kGroups[static_cast<std::size_t>(line.group)] + " " +
                     (pairs ? "[" + control + "]" : control) + " " + line.module;
  for (const auto& word : line.arguments) text += " " + (word.find(' ') == std::string::npos ? word : "[" + word + "]");
  return text;
}

bool Service::mentions_ours() const { return std::any_of(stack.lines.begin(), stack.lines.end(), is_ours); }

Findings judge_service(const Service& service) {
  Findings findings;
  if (service.stack.broken || service.other.broken) return {broken(service)};
  judge_lines(service, findings);
  judge_auth(service, findings);
  judge_account(service, findings);
  return findings;
}

Finding skipped(const Service& service, const std::vector<Line>& lines, const Hole& hole) {
  const Line& culprit = lines[hole.culprit];
  const Line& ours = lines[hole.ours];
  Finding finding{Level::open, service.name,           "`" + culprit.text + "` can skip `" + ours.text + "`",
                  "",          text_of(culprit.place), ""};
  // Lines between the two, as libpam counts a jump: a substack is one.
  const auto between = std::count_if(lines.begin() + static_cast<std::ptrdiff_t>(hole.culprit) + 1,
                                     lines.begin() + static_cast<std::ptrdiff_t>(hole.ours),
                                     [&](const Line& line) { return line.level == culprit.level; });
  const std::string control = between == 0 ? "required" : "success=" + std::to_string(between) + " default=ignore";
  if (culprit.place.file == ours.place.file || between > 0)
    finding.change = with_control(culprit, control);
  else
    finding.change = "put `" + ours.text + "` before the line that includes it, or include it with substack";
  return finding;
}

}  // namespace umbra::pam
