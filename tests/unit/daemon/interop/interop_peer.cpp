// Our end of interop.py: one command a line on standard input, one answer a line.
//
//   seal KEYS TEXT                              the token; KEYS are separated by commas, the first seals
//   open KEYS TOKEN                             the text, or "(refused)"
//   code ALGORITHM DIGITS PERIOD SECRET TIME    the code; ALGORITHM as in the wire format, SECRET in hexadecimal
#include <algorithm>
#include <iomanip>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "daemon/crypto/keyring.hpp"
#include "daemon/crypto/sodium.hpp"
#include "daemon/rules/totp.hpp"

namespace {

using umbra::Bytes;

umbra::KeyRing ring_of(std::string keys) {
  std::replace(keys.begin(), keys.end(), ',', '\n');
  auto ring = umbra::KeyRing::parse(keys);
  if (!ring) throw std::runtime_error(ring.error());
  return std::move(*ring);
}

std::string seal(std::istream& in) {
  std::string keys, text;
  in >> keys >> text;
  return ring_of(keys).seal(Bytes(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()), 1'700'000'000);
}

std::string open(std::istream& in) {
  std::string keys, token;
  in >> keys >> token;
  std::vector<std::uint8_t> out(umbra::fernet::kMaxPlain);
  const auto size = ring_of(keys).open(token, std::nullopt, 0, out);
  return size ? std::string(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(*size)) : "(refused)";
}

std::string code(std::istream& in) {
  unsigned algorithm = 0, digits = 0;
  std::uint32_t period = 0;
  std::int64_t time = 0;
  std::string hex;
  in >> algorithm >> digits >> period >> hex >> time;
  std::vector<std::uint8_t> secret;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    secret.push_back(static_cast<std::uint8_t>(std::stoul(hex.substr(i, 2), nullptr, 16)));
  const umbra::Hotp hotp(static_cast<umbra::wire::Algorithm>(algorithm), secret, digits);
  std::ostringstream out;
  out << std::setw(static_cast<int>(digits)) << std::setfill('0') << hotp(umbra::time_step(time, period));
  return out.str();
}

}  // namespace

int main() {
  umbra::sodium::init();
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream in(line);
    std::string verb;
    in >> verb;
    std::cout << (verb == "seal"   ? seal(in)
                  : verb == "open" ? open(in)
                  : verb == "code" ? code(in)
                                   : "(what?)")
              << std::endl;
  }
}
