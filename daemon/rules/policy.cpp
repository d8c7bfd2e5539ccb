#include "daemon/rules/policy.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

namespace umbra {
namespace {

constexpr unsigned kMappedBits = 96;  // ::ffff:0:0/96 in front of an IPv4 address

std::optional<Network> parse_address(std::string_view text) {
  char zero_ended[INET6_ADDRSTRLEN];
  if (text.size() >= sizeof zero_ended || text.find('\0') != std::string_view::npos) return std::nullopt;
  text.copy(zero_ended, sizeof zero_ended - 1);
  zero_ended[text.size()] = '\0';
  Network network;
  if (inet_pton(AF_INET6, zero_ended, network.address.data()) == 1) return network;
  network.address[10] = network.address[11] = 0xff;
  if (inet_pton(AF_INET, zero_ended, network.address.data() + kMappedBits / 8) == 1) return network;
  return std::nullopt;
}

// Bit `index` from the left.
bool bit(const std::array<std::uint8_t, 16>& bytes, unsigned index) noexcept {
  return (bytes[index / 8] >> (7 - index % 8) & 1U) != 0;
}

bool has(const std::vector<std::string>& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

bool matches(const Rule& rule, const Login& login, const std::optional<Network>& source) {
  if (!rule.service.empty() && !has(rule.service, login.service)) return false;
  if (!rule.user.empty() && !has(rule.user, login.user)) return false;
  if (!rule.group.empty()) {
    const auto listed = [&](const std::string& group) { return has(rule.group, group); };
    if (login.groups == nullptr || std::none_of(login.groups->begin(), login.groups->end(), listed)) return false;
  }
  if (rule.source.empty()) return true;
  return source && std::any_of(rule.source.begin(), rule.source.end(),
                               [&](const Network& network) { return network.contains(*source); });
}

}  // namespace

std::optional<Network> Network::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::string_view host = text.substr(0, slash);
  auto network = parse_address(host);
  if (!network || slash == std::string_view::npos) return network;

  const std::string_view bits = text.substr(slash + 1);
  const bool ipv4 = host.find(':') == std::string_view::npos;
  const auto [end, error] = std::from_chars(bits.data(), bits.data() + bits.size(), network->prefix);
  if (error != std::errc() || end != bits.data() + bits.size()) return std::nullopt;
  if (bits.size() > 1 && bits.front() == '0') return std::nullopt;
  if (network->prefix > (ipv4 ? 32U : 128U)) return std::nullopt;
  if (ipv4) network->prefix += kMappedBits;
  // "10.1.2.3/8" is more likely a mistake than a wish.
  for (unsigned i = network->prefix; i < 128; ++i)
    if (bit(network->address, i)) return std::nullopt;
  return network;
}

bool Network::contains(const Network& host) const noexcept {
  if (host.prefix < prefix) return false;
  for (unsigned i = 0; i < prefix; ++i)
    if (bit(address, i) != bit(host.address, i)) return false;
  return true;
}

std::optional<Network> literal_address(std::string_view rhost) {
  if (rhost.find('/') != std::string_view::npos) return std::nullopt;
  return parse_address(rhost.substr(0, rhost.find('%')));
}

const Rule* Policy::rule_for(const Login& login) const {
  const auto source = literal_address(login.rhost);
  const auto rule = std::find_if(rules.begin(), rules.end(), [&](const Rule& r) { return matches(r, login, source); });
  return rule == rules.end() ? nullptr : &*rule;
}

SecondFactor Policy::second_factor(const Login& login) const {
  const Rule* rule = rule_for(login);
  return rule == nullptr ? SecondFactor::optional : rule->second_factor;
}

bool Policy::asks_groups() const noexcept {
  return std::any_of(rules.begin(), rules.end(), [](const Rule& rule) { return !rule.group.empty(); });
}

}  // namespace umbra
