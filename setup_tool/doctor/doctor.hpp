// doctor without --user: looks at the whole machine and says what to change; ruled by umbra-totp(1).
#pragma once

#include "setup_tool/doctor/finding.hpp"
#include "setup_tool/doctor/tree.hpp"

namespace umbra {

// The stacks and sshd: of these services, or, where none is named, of every one that has our line. `told` is what
// `sshd -T` says, empty where it was not asked.
Findings judge_tree(const Tree& tree, const std::vector<std::string>& services, const std::string& told);

}  // namespace umbra
