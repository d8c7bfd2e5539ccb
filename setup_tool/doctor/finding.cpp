#include "setup_tool/doctor/finding.hpp"

#include <algorithm>

#include "setup_tool/json_text.hpp"
#include "setup_tool/plain_text.hpp"

namespace umbra {
namespace {

std::string_view word_of(Level level) noexcept {
  switch (level) {
    case Level::good: return "good";
    case Level::note: return "note";
    case Level::warning: return "warning";
    case Level::open: break;
  }
  return "open";
}

std::string lower_line(const char* title, const std::string& text) {
  return text.empty() ? "" : "         " + std::string(title) + printable(text) + "\n";
}

}  // namespace

std::string findings_page(const Findings& findings) {
  std::string page;
  for (const Finding& one : findings) {
    std::string level(word_of(one.level));
    level.resize(9, ' ');
    page += level + printable(one.subject) + ": " + printable(one.what) + "\n";
    page += lower_line("why: ", one.why) + lower_line("where: ", one.place) + lower_line("change: ", one.change);
  }
  const auto count = [&findings](Level level) {
    return std::to_string(
        std::count_if(findings.begin(), findings.end(), [level](const Finding& f) { return f.level == level; }));
  };
  return page + count(Level::open) + " open, " + count(Level::warning) + " warnings, " + count(Level::good) + " good\n";
}

std::string findings_json(const Findings& findings) {
  std::string lines;
  for (const Finding& one : findings)
    lines += json_line({{"level", std::string(word_of(one.level))},
                        {"subject", one.subject},
                        {"what", one.what},
                        {"why", one.why},
                        {"place", one.place},
                        {"change", one.change}});
  return lines;
}

Exit exit_of(const Findings& findings) noexcept {
  const bool open =
      std::any_of(findings.begin(), findings.end(), [](const Finding& f) { return f.level == Level::open; });
  return open || findings.empty() ? Exit::wrong_state : Exit::done;
}

}  // namespace umbra
