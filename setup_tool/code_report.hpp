// Where a verb's code comes from and how its outcome is told: what confirm and verify share.
#pragma once

#include "setup_tool/tool.hpp"

namespace umbra {

// The code among the words, or else asked for. Throws Failure where nothing came.
TypedAnswer code_for(const Tool& tool, std::string_view prompt);

// `done_line` where accepted, on standard output; a refusal's reason on standard error; with --json one object on
// standard output either way.
Exit report(const Tool& tool, const wire::CodeReply& reply, std::string_view done_line);

}  // namespace umbra
