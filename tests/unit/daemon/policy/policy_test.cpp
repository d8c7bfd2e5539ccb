#include "daemon/rules/policy.hpp"

#include <gtest/gtest.h>

namespace umbra {
namespace {

Network network(std::string_view text) {
  const auto parsed = Network::parse(text);
  EXPECT_TRUE(parsed) << text;
  return parsed.value_or(Network{});
}

TEST(Network, TakesAddressesAndNetworks) {
  struct Case {
    std::string_view text;
    unsigned prefix;
  };
  for (const auto& [text, prefix] : std::initializer_list<Case>{{"203.0.113.7", 128},
                                                                {"203.0.113.0/24", 120},
                                                                {"10.0.0.0/8", 104},
                                                                {"0.0.0.0/0", 96},
                                                                {"203.0.113.7/32", 128},
                                                                {"2001:db8::1", 128},
                                                                {"2001:db8::/32", 32},
                                                                {"2001:db8::1/128", 128},
                                                                {"::/0", 0},
                                                                {"::ffff:203.0.113.7", 128},
                                                                {"fe80::/10", 10}})
    EXPECT_EQ(network(text).prefix, prefix) << text;
}

TEST(Network, KeepsIpv4InsideIpv6) {
  EXPECT_EQ(network("203.0.113.7").address, network("::ffff:203.0.113.7").address);
  EXPECT_EQ(network("10.0.0.0/8").address, network("::ffff:10.0.0.0/104").address);
}

TEST(Network, RefusesEverythingElse) {
  const std::string_view bad[] = {"",
                                  "localhost",
                                  "10.0.0.0/",
                                  "10.0.0.0/33",
                                  "10.0.0.0/-1",
                                  "10.0.0.0/+8",
                                  "10.0.0.0/ 8",
                                  "10.0.0.0/8 ",
                                  "10.0.0.0/08",
                                  "10.0.0.0/8/8",
                                  "10.0.0.1/8",
                                  "10.0.0/8",
                                  "10.1",
                                  " 10.0.0.1",
                                  "::1/129",
                                  "2001:db8::1/32",
                                  "fe80::1%eth0",
                                  "/8",
                                  "010.0.0.1",
                                  "10.0.0.0/x",
                                  "1::2::3",
                                  "10.0.0.0/99999999999999999999"};
  for (const auto text : bad) EXPECT_FALSE(Network::parse(text)) << text;
  EXPECT_FALSE(Network::parse(std::string_view("10.0.0.1\0", 9)));
  EXPECT_FALSE(Network::parse(std::string(100'000, '1')));
}

TEST(Network, Contains) {
  EXPECT_TRUE(network("203.0.113.0/24").contains(network("203.0.113.255")));
  EXPECT_FALSE(network("203.0.113.0/24").contains(network("203.0.114.0")));
  EXPECT_TRUE(network("203.0.113.128/25").contains(network("203.0.113.200")));
  EXPECT_FALSE(network("203.0.113.128/25").contains(network("203.0.113.127")));
  EXPECT_TRUE(network("203.0.113.7").contains(network("203.0.113.7")));
  EXPECT_FALSE(network("203.0.113.7").contains(network("203.0.113.6")));
  EXPECT_TRUE(network("2001:db8::/33").contains(network("2001:db8:7fff::1")));
  EXPECT_FALSE(network("2001:db8::/33").contains(network("2001:db8:8000::1")));
  EXPECT_TRUE(network("0.0.0.0/0").contains(network("198.51.100.1")));
  EXPECT_FALSE(network("0.0.0.0/0").contains(network("2001:db8::1")));
  EXPECT_FALSE(network("10.0.0.0/16").contains(network("10.0.0.0/8"))) << "a wider network is not inside";
  EXPECT_TRUE(network("10.0.0.0/8").contains(network("10.1.0.0/16")));
}

Rule rule(SecondFactor second_factor) {
  Rule made;
  made.second_factor = second_factor;
  return made;
}

Policy policy_of(Rule only) {
  Policy policy;
  policy.rules.push_back(std::move(only));
  return policy;
}

TEST(Policy, WithoutRulesIsOptional) {
  EXPECT_EQ(Policy{}.second_factor({"alice", "sshd", "", nullptr}), SecondFactor::optional);
  EXPECT_FALSE(Policy{}.asks_groups());
}

TEST(Policy, FirstMatchWins) {
  Policy policy;
  policy.rules = {rule(SecondFactor::exempt), rule(SecondFactor::required), rule(SecondFactor::enrol)};
  policy.rules[0].service = {"cron", "atd"};
  policy.rules[1].user = {"alice"};
  EXPECT_EQ(policy.second_factor({"alice", "atd", "", nullptr}), SecondFactor::exempt);
  EXPECT_EQ(policy.second_factor({"alice", "sshd", "", nullptr}), SecondFactor::required);
  EXPECT_EQ(policy.second_factor({"bob", "sshd", "", nullptr}), SecondFactor::enrol);
}

TEST(Policy, NamesMatchWholeAndExactly) {
  Rule only = rule(SecondFactor::required);
  only.service = {"sshd"};
  only.user = {"alice"};
  const Policy policy = policy_of(only);
  EXPECT_EQ(policy.second_factor({"alice", "sshd", "", nullptr}), SecondFactor::required);
  for (const std::string_view other : {"Alice", "alic", "alice2", "", "ALICE"})
    EXPECT_EQ(policy.second_factor({other, "sshd", "", nullptr}), SecondFactor::optional) << other;
  EXPECT_EQ(policy.second_factor({"alice", "sshd-x", "", nullptr}), SecondFactor::optional);
}

TEST(Policy, AnyGroupOfTheUserMatches) {
  Rule only = rule(SecondFactor::required);
  only.group = {"wheel", "sudo"};
  const Policy policy = policy_of(only);
  EXPECT_TRUE(policy.asks_groups());
  const std::vector<std::string> admin{"users", "sudo"}, other{"users"}, none;
  EXPECT_EQ(policy.second_factor({"a", "sshd", "", &admin}), SecondFactor::required);
  EXPECT_EQ(policy.second_factor({"a", "sshd", "", &other}), SecondFactor::optional);
  EXPECT_EQ(policy.second_factor({"a", "sshd", "", &none}), SecondFactor::optional);
  EXPECT_EQ(policy.second_factor({"a", "sshd", "", nullptr}), SecondFactor::optional);
}

TEST(Policy, SourceIsALiteralAddress) {
  Rule only = rule(SecondFactor::exempt);
  only.source = {network("203.0.113.0/24"), network("2001:db8::/32"), network("fe80::/10")};
  const Policy policy = policy_of(only);
  for (const std::string_view inside : {"203.0.113.9", "::ffff:203.0.113.9", "2001:db8::9", "fe80::1%eth0"})
    EXPECT_EQ(policy.second_factor({"a", "sshd", inside, nullptr}), SecondFactor::exempt) << inside;
  for (const std::string_view outside : {"203.0.114.9", "2001:db9::9", "", "gate.example.org", "203.0.113.0/24",
                                         "203.0.113.9/32", "203.0.113.9 ", "tty1", "%", "203.0.113"})
    EXPECT_EQ(policy.second_factor({"a", "sshd", outside, nullptr}), SecondFactor::optional) << outside;
}

TEST(Policy, AllListsOfARuleMustMatch) {
  Rule only = rule(SecondFactor::required);
  only.service = {"sshd"};
  only.group = {"wheel"};
  only.user = {"alice"};
  only.source = {network("203.0.113.0/24")};
  const Policy policy = policy_of(only);
  const std::vector<std::string> wheel{"wheel"}, users{"users"};
  EXPECT_EQ(policy.second_factor({"alice", "sshd", "203.0.113.1", &wheel}), SecondFactor::required);
  EXPECT_EQ(policy.second_factor({"alice", "su", "203.0.113.1", &wheel}), SecondFactor::optional);
  EXPECT_EQ(policy.second_factor({"bob", "sshd", "203.0.113.1", &wheel}), SecondFactor::optional);
  EXPECT_EQ(policy.second_factor({"alice", "sshd", "203.0.113.1", &users}), SecondFactor::optional);
  EXPECT_EQ(policy.second_factor({"alice", "sshd", "192.0.2.1", &wheel}), SecondFactor::optional);
}

TEST(Policy, TellsWhichRuleItWas) {
  Policy policy;
  policy.rules = {rule(SecondFactor::required), rule(SecondFactor::exempt), rule(SecondFactor::required)};
  policy.rules[0].user = {"alice"};
  policy.rules[1].service = {"cron"};
  policy.rules[2].user = {"alice", "bob"};
  for (unsigned i = 0; i < 3; ++i) policy.rules[i].line = 10 * i + 1;
  const auto line = [&](std::string_view user, std::string_view service) {
    const Rule* found = policy.rule_for({user, service, "", nullptr});
    return found == nullptr ? 0U : found->line;
  };
  EXPECT_EQ(line("alice", "cron"), 1U) << "the first of those that match";
  EXPECT_EQ(line("bob", "cron"), 11U);
  EXPECT_EQ(line("bob", "sshd"), 21U);
  EXPECT_EQ(line("carol", "sshd"), 0U);
  EXPECT_EQ(Policy{}.rule_for({"alice", "sshd", "", nullptr}), nullptr);
}

TEST(LiteralAddress, WithOrWithoutItsInterface) {
  for (const std::string_view host : {"203.0.113.9", "::ffff:203.0.113.9", "2001:db8::9", "fe80::1%eth0", "fe80::1%"}) {
    const auto address = literal_address(host);
    ASSERT_TRUE(address.has_value()) << host;
    EXPECT_EQ(address->address, network(host.substr(0, host.find('%'))).address) << host;
    EXPECT_EQ(address->prefix, 128U) << host;
  }
}

TEST(LiteralAddress, NoNameAndNoNetwork) {
  for (const std::string_view host : {"", "gate.example.org", "203.0.113.0/24", "2001:db8::/32", "203.0.113.9/32",
                                      "203.0.113", " 203.0.113.9", "203.0.113.9 ", "[2001:db8::9]", "%", "%eth0",
                                      "2001:db8::9%eth0/64", "203.0.113.9:22", "localhost", "0x7f000001"})
    EXPECT_FALSE(literal_address(host)) << host;
  EXPECT_FALSE(literal_address(std::string_view("203.0.113.9\0", 12)));
}

}  // namespace
}  // namespace umbra
