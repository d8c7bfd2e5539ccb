// What stands in the way of a backup or a restore, as the one line that says what to do. Pure.
#pragma once

#include <cstdint>
#include <string>

#include "setup_tool/failure.hpp"

namespace umbra {

// `obstacle`: wire::Obstacle, not none. `line`: of the file.
Failure failure_of_obstacle(std::uint8_t obstacle, const std::string& file, std::uint64_t line);

}  // namespace umbra
