// Every way through a stack, whatever its modules may say: where it lets in and what that took; ruled by pam.conf(5).
// Pure.
#pragma once

#include <set>

#include "setup_tool/doctor/pam_module_kinds.hpp"
#include "setup_tool/doctor/pam_walk.hpp"

namespace umbra::pam {

// What our line had said when the stack let somebody in.
enum class Said : std::uint8_t { nothing, accepted, excused, refused, unavailable };

// A way in without our line's yes, by the line that opens it.
struct Hole {
  Said said = Said::nothing;
  std::size_t culprit = 0;  // skipped ours, or made its no harmless
  std::size_t ours = 0;     // the line that it is about
  auto operator<=>(const Hole&) const = default;
};

struct Paths {
  std::set<Hole> holes;
  std::set<std::size_t> unproven;     // lines of ours that were reached before anything had been proved
  bool passes = false;                // with an accepted code
  bool passes_excused = false;        // where the daemon said: not asked
  bool passes_by_code_alone = false;  // nothing else was proved
};

// Whether a line's module is on this machine.
using Installed = std::function<bool(const Line&)>;

// `wanted` picks the lines that count as ours. `by_users`: users run the program, so that pam_rootok tells root apart;
// in one that root runs, it says yes to everybody.
Paths explore(const std::vector<Line>& lines, const Installed& installed,
              const std::function<bool(const Line&)>& wanted, bool by_users);

}  // namespace umbra::pam
