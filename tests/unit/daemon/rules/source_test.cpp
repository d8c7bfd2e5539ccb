#include "daemon/rules/source.hpp"

#include <gtest/gtest.h>

namespace umbra {
namespace {

using Kind = Source::Kind;

TEST(Source, IsAnAddressATerminalOrNothing) {
  const struct {
    const char *rhost, *tty;
    Kind kind;
    const char *text, *budget;
  } table[] = {
      {"192.0.2.7", "ssh", Kind::address, "192.0.2.7", "192.0.2.7"},
      {"192.0.2.7", "/dev/tty1", Kind::address, "192.0.2.7", "192.0.2.7"},
      {"::ffff:1.2.3.4", "ssh", Kind::address, "::ffff:1.2.3.4", "1.2.3.4"},
      {"::ffff:102:304", "ssh", Kind::address, "::ffff:102:304", "1.2.3.4"},
      {"2001:db8::1", "ssh", Kind::address, "2001:db8::1", "2001:db8::/64"},
      {"2001:db8:1:2:3:4:5:6", "", Kind::address, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"},
      {"2001:DB8:1:2:ffff::", "", Kind::address, "2001:DB8:1:2:ffff::", "2001:db8:1:2::/64"},
      {"fe80::1%eth0", "ssh", Kind::address, "fe80::1%eth0", "fe80::/64"},
      {"::1", "", Kind::address, "::1", "::/64"},
      {"", "/dev/tty1", Kind::terminal, "/dev/tty1", "/dev/tty1"},
      {"", "tty3", Kind::terminal, "tty3", "tty3"},
      {"", "pts/4", Kind::terminal, "pts/4", "pts/4"},
      {"", "console", Kind::terminal, "console", "console"},
      {"gate.example.org", "/dev/tty1", Kind::terminal, "/dev/tty1", "/dev/tty1"},
      {"gate.example.org", "ssh", Kind::none, "gate.example.org", ""},
      {"192.0.2.0/24", "ssh", Kind::none, "192.0.2.0/24", ""},
      {"192.0.2.7 ", "ssh", Kind::none, "192.0.2.7 ", ""},
      {"192.0.2", "", Kind::none, "192.0.2", ""},
      {"", "ssh", Kind::none, "ssh", ""},
      {"", ":0", Kind::none, ":0", ""},
      {"", "", Kind::none, "", ""},
  };
  for (const auto& row : table) {
    const Source source = Source::of(row.rhost, row.tty);
    EXPECT_EQ(source.kind, row.kind) << row.rhost << " " << row.tty;
    EXPECT_EQ(source.text, row.text) << row.rhost << " " << row.tty;
    EXPECT_EQ(source.budget(), row.budget) << row.rhost << " " << row.tty;
  }
}

TEST(Source, OneNetworkHasOneBudget) {
  const auto budget = [](const char* rhost) { return Source::of(rhost, "").budget(); };
  EXPECT_EQ(budget("::ffff:1.2.3.4"), budget("1.2.3.4"));
  EXPECT_NE(budget("1.2.3.4"), budget("1.2.3.5"));
  EXPECT_EQ(budget("2001:db8:0:7::1"), budget("2001:db8:0:7:ffff:ffff:ffff:ffff"));
  EXPECT_NE(budget("2001:db8:0:7::1"), budget("2001:db8:0:8::1"));
  EXPECT_EQ(budget("fe80::1%eth0"), budget("fe80::2%eth1"));
}

TEST(Source, WhatIsNoAddressAfterAllHasNoBudget) {
  EXPECT_EQ((Source{Kind::address, "gate.example.org"}.budget()), "");
  EXPECT_EQ((Source{Kind::none, "192.0.2.7"}.budget()), "");
  EXPECT_EQ(Source{}.budget(), "");
}

TEST(Source, ExemptNetworksAreSpared) {
  SourcePolicy policy;
  for (const auto* text : {"203.0.113.0/24", "2001:db8::/32", "198.51.100.7"})
    policy.exempt.push_back(Network::parse(text).value());
  for (const auto* inside : {"203.0.113.9", "::ffff:203.0.113.9", "2001:db8::9", "198.51.100.7", "2001:db8::1%eth0"})
    EXPECT_TRUE(policy.spares(Source::of(inside, ""))) << inside;
  for (const auto* outside : {"203.0.114.9", "2001:db9::9", "198.51.100.8", "", "gate.example.org"})
    EXPECT_FALSE(policy.spares(Source::of(outside, "/dev/tty1"))) << outside;
  EXPECT_FALSE(policy.spares({Kind::terminal, "203.0.113.9"})) << "somebody may call his terminal what he likes";
  EXPECT_FALSE(policy.spares({Kind::none, "203.0.113.9"}));
  EXPECT_FALSE(SourcePolicy{}.spares(Source::of("203.0.113.9", "")));
}

}  // namespace
}  // namespace umbra
