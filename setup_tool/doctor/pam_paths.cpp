#include "setup_tool/doctor/pam_paths.hpp"

#include <deque>

namespace umbra::pam {
namespace {

// What matters of the way that led to where a walk stands.
struct Way {
  Walk walk;
  Said said = Said::nothing;
  bool proved = false;
  std::size_t culprit = 0, ours = 0;

  [[nodiscard]] std::vector<std::size_t> key() const {
    std::vector<std::size_t> key = walk.key();
    key.insert(key.end(), {static_cast<std::size_t>(said), std::size_t{proved}, culprit, ours});
    return key;
  }
};

// One value for each thing that can become of this line: success apart from all others, as the program sees it.
std::vector<Value> all_values(const Line& line) {
  static constexpr Value kLikely[] = {kSuccess, kAuthErr, kAuthinfoUnavail, kUserUnknown, kIgnore, kNewAuthtokReqd};
  std::vector<Value> values;
  const auto add = [&](Value value) {
    for (const Value one : values)
      if (one != kSuccess && line.actions[one] == line.actions[value]) return;
    values.push_back(value);
  };
  for (const Value value : kLikely)
    if (value != kIgnore || may_ignore(line)) add(value);
  for (Value value = 1; value < kIncomplete; ++value)
    if (value != kIgnore) add(value);
  return values;
}

std::vector<Value> values_of(const Line& line, const Installed& installed, bool by_users) {
  if (!installed(line)) return {kModuleUnknown};
  const bool auth = line.group == Group::auth;
  switch (kind_of(line)) {
    case Kind::deny: return {kAuthErr};
    case Kind::permit: return {kSuccess};
    case Kind::root: return {auth && by_users ? kAuthErr : kSuccess};
    case Kind::preauth: return {kIgnore, kAuthErr, kAuthinfoUnavail};
    case Kind::authfail: return {kAuthErr, kAuthinfoUnavail};
    case Kind::code:
      return auth ? std::vector<Value>{kSuccess, kIgnore, kAuthErr, kAuthinfoUnavail, kConvErr, Value{3}, Value{4}}
                  : std::vector<Value>{kSuccess, kIgnore};
    case Kind::proof:
    case Kind::condition:
    case Kind::helper: break;
  }
  return all_values(line);
}

Said said_by(Value value) noexcept {
  if (value == kSuccess) return Said::accepted;
  if (value == kIgnore) return Said::excused;
  return value == kAuthinfoUnavail ? Said::unavailable : Said::refused;
}

class Exploration {
 public:
  Exploration(const std::vector<Line>& lines, const Installed& installed,
              const std::function<bool(const Line&)>& wanted, bool by_users)
      : lines_(lines), installed_(installed), wanted_(wanted), by_users_(by_users) {}

  Paths run() {
    meet(Way{Walk(lines_)});
    while (!waiting_.empty()) {
      const Way way = waiting_.front();
      waiting_.pop_front();
      if (way.walk.at_end())
        judge(way);
      else
        for (const Value value : values_of(way.walk.line(), installed_, by_users_)) meet(after(way, value));
    }
    return found_;
  }

 private:
  void meet(const Way& way) {
    if (seen_.insert(way.key()).second) waiting_.push_back(way);
  }

  Way after(Way way, Value value) {
    const std::size_t from = way.walk.at();
    const Line& line = way.walk.line();
    if (wanted_(line)) {
      if (!way.proved && has_option(line, "after_password")) found_.unproven.insert(from);
      hear(way, value, from);
    } else if (way.said >= Said::refused && line.actions[value].act == Act::reset) {
      way.culprit = from;
    }
    if (value == kSuccess && kind_of(line) == Kind::proof) way.proved = true;
    way.walk.answer(value);
    note_skipped(way, from);
    return way;
  }

  // Of several lines a yes counts most.
  static void hear(Way& way, Value value, std::size_t at) {
    const Said said = said_by(value);
    if (way.said == Said::accepted || (way.said == Said::excused && said != Said::accepted)) return;
    way.said = said;
    way.culprit = way.ours = at;
  }

  void note_skipped(Way& way, std::size_t from) const {
    if (way.said != Said::nothing) return;
    for (std::size_t i = from + 1; i < way.walk.at(); ++i)
      if (wanted_(lines_[i])) {
        way.culprit = from;
        way.ours = i;
      }
  }

  void judge(const Way& way) {
    if (way.walk.outcome() != kSuccess) return;
    if (way.said == Said::accepted) {
      found_.passes = true;
      if (!way.proved) found_.passes_by_code_alone = true;
    } else if (way.said == Said::excused) {
      found_.passes_excused = true;
    } else {
      found_.holes.insert({way.said, way.culprit, way.ours});
    }
  }

  const std::vector<Line>& lines_;
  const Installed& installed_;
  const std::function<bool(const Line&)>& wanted_;
  bool by_users_;
  Paths found_;
  std::set<std::vector<std::size_t>> seen_;
  std::deque<Way> waiting_;
};

}  // namespace

Paths explore(const std::vector<Line>& lines, const Installed& installed,
              const std::function<bool(const Line&)>& wanted, bool by_users) {
  return Exploration(lines, installed, wanted, by_users).run();
}

}  // namespace umbra::pam
