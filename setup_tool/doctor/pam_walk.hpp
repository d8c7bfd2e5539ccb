// How libpam 1.5 goes through a stack: which line runs next, and what comes of it all; ruled by pam.conf(5). Pure.
#pragma once

#include <array>
#include <functional>
#include <vector>

#include "setup_tool/doctor/pam_stack.hpp"

namespace umbra::pam {

inline constexpr std::size_t kMostSubstacks = 17;

// A walk stands at a module that is to be called, or at the end.
class Walk {
 public:
  // `lines` are of one group and must outlive the walk.
  explicit Walk(const std::vector<Line>& lines);

  [[nodiscard]] bool at_end() const noexcept { return at_ >= lines_->size(); }
  [[nodiscard]] std::size_t at() const noexcept { return at_; }
  [[nodiscard]] const Line& line() const noexcept { return (*lines_)[at_]; }
  // The module at() returned `value`: goes to the next one.
  void answer(Value value);
  // At the end: what the program hears.
  [[nodiscard]] Value outcome() const noexcept;
  // For a set of the walks that were met already.
  [[nodiscard]] std::vector<std::size_t> key() const;

 private:
  enum class Impression : std::uint8_t { none, positive, negative };
  struct State {
    Impression impression = Impression::none;
    Value status = kPermDenied;
  };

  void settle();
  void apply(Value value);
  void jump(std::uint32_t lines, int level);
  void refuse(Value value) noexcept;
  void leave(int level) noexcept;
  [[nodiscard]] bool next_is_deep(int level) const noexcept;

  const std::vector<Line>* lines_;
  std::size_t at_ = 0;
  int level_ = 0;  // of the line before
  State now_;
  std::array<State, kMostSubstacks> before_{};  // a substack, by its level
};

// A whole walk; `value_of` is called for each module that libpam would call, in its order.
Value dispatch(const std::vector<Line>& lines, const std::function<Value(const Line&)>& value_of);

}  // namespace umbra::pam
