// A line of the web application; and, since no fuzzer finds a MAC, what a token that opens has inside.
#include <algorithm>

#include "setup_tool/import/umbra_web.hpp"
#include "tests/fuzz/readings.hpp"

namespace umbra::fuzz {

void import_web(Bytes input) {
  static const std::vector<FernetKey> keys = intake::keys_of_setting("change-me-in-production");
  require_reading(intake::read_web_line(text(input), keys));
  require(!keys[0].open(text(input)) || !input.empty(), "nothing is no token");
  const SecretText token = keys[0].seal(input.first(std::min<std::size_t>(input.size(), 300)), 1'700'000'000);
  const std::string line = R"({"username":"alice","totp_enabled":true,"totp_secret":")" + std::string(token) + "\"}";
  require_reading(intake::read_web_line(line, keys));
}

}  // namespace umbra::fuzz
