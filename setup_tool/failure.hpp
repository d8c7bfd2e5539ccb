// An error of the tool on its way to main: the one line that is shown, and the exit code. The line says what to do
// next.
#pragma once

#include <stdexcept>
#include <string>

#include "setup_tool/exit_code.hpp"

namespace umbra {

class Failure : public std::runtime_error {
 public:
  Failure(Exit exit, const std::string& line) : std::runtime_error(line), exit_(exit) {}
  [[nodiscard]] Exit exit() const noexcept { return exit_; }

 private:
  Exit exit_;
};

}  // namespace umbra
