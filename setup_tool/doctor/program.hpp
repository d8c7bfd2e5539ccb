// Runs one program and hears what it says. Throws Failure where it cannot be run or does not end.
#pragma once

#include <string>
#include <vector>

namespace umbra {

struct Heard {
  int exit = 0;        // 128 + the signal that ended it
  std::string output;  // standard output and error, as they come
};

// Without a shell and with an empty environment; 10 seconds.
Heard run_program(const std::vector<std::string>& words);

}  // namespace umbra
