// Which users must give a code where: the [[rule]] tables of config.toml, first match wins. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace umbra {

enum class SecondFactor : std::uint8_t { required, optional, exempt, enrol };

// A literal IPv4 or IPv6 network; IPv4 is kept as ::ffff:a.b.c.d.
struct Network {
  std::array<std::uint8_t, 16> address{};
  unsigned prefix = 128;  // bits of the 16 bytes that count

  // "203.0.113.0/24", "2001:db8::/32" or a bare address. Nothing where it is no literal network.
  static std::optional<Network> parse(std::string_view text);
  [[nodiscard]] bool contains(const Network& host) const noexcept;
};

// The address that a PAM_RHOST is, with or without its interface ("fe80::1%eth0"); nothing where it is a name or a
// network.
std::optional<Network> literal_address(std::string_view rhost);

// An empty list matches everything; a rule matches where all four lists do.
struct Rule {
  std::vector<std::string> service, group, user;
  std::vector<Network> source;
  SecondFactor second_factor = SecondFactor::optional;
  unsigned line = 0;  // of config.toml, where it begins
};

struct Login {
  std::string_view user, service, rhost;  // rhost: a literal address, or anything else for "no network"
  const std::vector<std::string>* groups = nullptr;
};

struct Policy {
  std::vector<Rule> rules;
  [[nodiscard]] const Rule* rule_for(const Login& login) const;        // nullptr: none matches
  [[nodiscard]] SecondFactor second_factor(const Login& login) const;  // no rule: optional
  [[nodiscard]] bool asks_groups() const noexcept;                     // some rule names a group
};

}  // namespace umbra
