// Writes the right codes of this time step, a line "USER CODE" each, for login_bench.
//
//   make_codes FIRST COUNT

#include <cstdio>
#include <cstdlib>
#include <ctime>

#include "daemon/rules/totp.hpp"
#include "tests/bench/population.hpp"

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: make_codes FIRST COUNT\n");
    return 2;
  }
  const auto first = static_cast<unsigned>(std::strtoul(argv[1], nullptr, 10));
  const auto count = static_cast<unsigned>(std::strtoul(argv[2], nullptr, 10));
  const auto step = umbra::time_step(std::time(nullptr), 30);
  for (unsigned n = first; n < first + count; ++n)
    std::printf("%s %06u\n", umbra::bench::user_name(n).c_str(),
                umbra::Hotp(umbra::wire::Algorithm::sha1, umbra::bench::secret(n), 6)(step));
}
