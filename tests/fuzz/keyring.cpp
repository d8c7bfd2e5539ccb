#include "daemon/crypto/keyring.hpp"

#include <array>
#include <string>

#include "tests/fuzz/targets.hpp"

namespace umbra::fuzz {

void keyring(Bytes input) {
  const auto ring = KeyRing::parse(text(input));
  if (!ring) {
    require(!ring.error().empty() && ring.error().find('\n') == std::string::npos, "an error is one line");
    return;
  }
  require(ring->size() > 0, "a ring has a key");
  std::array<std::uint8_t, 8> out;
  const auto size = ring->open(ring->seal(input.first(1), 1), std::nullopt, 1, out);
  require(size == std::size_t{1} && out[0] == input[0], "a ring opens what it sealed");
}

}  // namespace umbra::fuzz
