#include "setup_tool/doctor/pam_walk.hpp"

namespace umbra::pam {

Walk::Walk(const std::vector<Line>& lines) : lines_(&lines) { settle(); }

// Up to a module that is to be called: a substack's own line says nothing, a line that cannot be read is a failure.
void Walk::settle() {
  while (!at_end()) {
    const int level = line().level;
    if (level_ < level) before_[static_cast<std::size_t>(level)] = now_;
    if (line().kind == Line::Kind::module) return;
    if (line().kind == Line::Kind::must_fail) apply(kPermDenied);
    level_ = level;
    ++at_;
  }
}

void Walk::answer(Value value) {
  const int level = line().level;
  if (value == kIncomplete) {  // the program is to call again: nobody is let in yet
    now_ = {Impression::negative, kIncomplete};
    at_ = lines_->size();
    return;
  }
  apply(value);
  level_ = level;
  ++at_;
  settle();
}

Value Walk::outcome() const noexcept {
  return now_.status == kSuccess && now_.impression != Impression::positive ? kPermDenied : now_.status;
}

void Walk::refuse(Value value) noexcept {
  if (now_.impression == Impression::negative) return;
  now_ = {Impression::negative, value == kIgnore ? kPermDenied : value};
}

bool Walk::next_is_deep(int level) const noexcept {
  return at_ + 1 < lines_->size() && (*lines_)[at_ + 1].level >= level;
}

// To the last line of the substack, or of the stack: the decision is made.
void Walk::leave(int level) noexcept {
  while (next_is_deep(level)) ++at_;
}

// A substack counts as one line; a jump never leaves the one that it is in.
void Walk::jump(std::uint32_t lines, int level) {
  for (; lines > 0 && next_is_deep(level); --lines) {
    do ++at_;
    while (next_is_deep(level + 1));
  }
  if (lines > 0) now_ = {Impression::negative, kPermDenied};
}

void Walk::apply(Value value) {
  const int level = line().level;
  const Action action = line().actions[value];
  switch (action.act) {
    case Act::ignore: return;
    case Act::ok:
    case Act::done:
      if (now_.impression == Impression::none || (now_.impression == Impression::positive && now_.status == kSuccess))
        now_ = {Impression::positive, value};
      if (action.act == Act::done && now_.impression == Impression::positive) leave(level);
      return;
    case Act::bad:
    case Act::die:
      refuse(value);
      if (action.act == Act::die) leave(level);
      return;
    case Act::reset: now_ = before_[static_cast<std::size_t>(level)]; return;
    case Act::jump: jump(action.jump, level); return;
  }
}

std::vector<std::size_t> Walk::key() const {
  std::vector<std::size_t> key = {at_, static_cast<std::size_t>(level_), static_cast<std::size_t>(now_.impression),
                                  now_.status};
  for (const State& state : before_) {
    key.push_back(static_cast<std::size_t>(state.impression));
    key.push_back(state.status);
  }
  return key;
}

Value dispatch(const std::vector<Line>& lines, const std::function<Value(const Line&)>& value_of) {
  Walk walk(lines);
  if (lines.empty()) return kPermDenied;
  while (!walk.at_end()) walk.answer(value_of(walk.line()));
  return walk.outcome();
}

}  // namespace umbra::pam
