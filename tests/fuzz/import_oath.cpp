// A line of pam_oath's users file.
#include "setup_tool/import/oath_usersfile.hpp"
#include "tests/fuzz/readings.hpp"

namespace umbra::fuzz {

void import_oath(Bytes input) { require_reading(intake::read_oath_line(text(input))); }

}  // namespace umbra::fuzz
