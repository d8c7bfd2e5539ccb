// Where a login comes from: PAM_RHOST and PAM_TTY, one line each, and the networks of config.toml.
#include "daemon/rules/source.hpp"

#include "tests/fuzz/targets.hpp"

namespace umbra::fuzz {

void source(Bytes input) {
  const std::string_view all = text(input);
  const std::string_view rhost = all.substr(0, all.find('\n'));
  const std::string_view tty = rhost.size() < all.size() ? all.substr(rhost.size() + 1) : "";
  if (const auto network = Network::parse(all)) {
    require(network->prefix <= 128, "a prefix is at most the whole address");
    require(network->contains(*network), "a network contains itself");
  }
  const auto host = literal_address(rhost);
  require(!host || host->prefix == 128, "an address is one host");
  const Source from = Source::of(rhost, tty);
  require((from.kind == Source::Kind::address) == host.has_value(), "an address is one, and only an address");
  require((from.kind == Source::Kind::none) == from.budget().empty(), "whoever could write anything has no budget");
  if (!host) return;
  const std::string budget = from.budget();
  const auto counted = Network::parse(budget);
  require(counted && counted->contains(*host), "a budget is a network that the address lies in");
}

}  // namespace umbra::fuzz
