#include "setup_tool/tool.hpp"

#include <pwd.h>
#include <unistd.h>

#include <cstdio>

namespace umbra {

void tell(std::string_view line) {
  static_cast<void>(std::fprintf(stderr, "umbra-totp: %.*s\n", static_cast<int>(line.size()), line.data()));
}

std::string caller_name() {
  const passwd* const entry = getpwuid(getuid());
  if (entry == nullptr)
    throw Failure(Exit::wrong_state, "your uid " + std::to_string(getuid()) + " has no name here: name the user");
  return entry->pw_name;
}

}  // namespace umbra
