// Clears away what has run out: bypass codes, reservations that a crash left, sources that count no more; ruled by
// ARCHITECTURE.md, "Clean-up". What it has not come to yet is dead all the same: no rule looks at it. Locks of a clock
// that was ahead start again.
#pragma once

#include <string>

#include "daemon/service/context.hpp"

namespace umbra {

class Sweeper {
 public:
  static constexpr std::int64_t kInterval = 5 * 60;  // seconds
  static constexpr std::size_t kMostRecords = 4096;  // looked at in one go: what a million users cost is bounded

  explicit Sweeper(Context& context) : context_(context) {}

  // One go, where the last one ended. On a lane; one at a time.
  void sweep();

 private:
  [[nodiscard]] bool has_run_out(const Record& record) const;

  Context& context_;
  std::string after_;  // the last user looked at; empty: begin at the front
};

}  // namespace umbra
