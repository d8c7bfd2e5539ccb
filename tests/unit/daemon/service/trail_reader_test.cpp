// Pages of the audit trail, and which rule a login would meet.
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/whole_daemon.hpp"

namespace umbra {
namespace {

using test::kRoot;

struct Host : test::WholeDaemon {
  Host() { storage().put(test::enrolled()); }

  // Every entry from all pages, by number.
  std::vector<std::uint64_t> numbers(std::string_view user, std::uint32_t last) {
    std::vector<std::uint64_t> all;
    wire::TrailOf message{user, 0, last};
    for (;;) {
      const auto page = send<wire::TrailReply>(kRoot, message);
      Reader items(page.reply.items);
      for (unsigned i = 0; i < page.reply.count; ++i) {
        wire::TrailEntry entry;
        wire::TrailEntry::fields(items, entry);
        all.push_back(entry.number);
      }
      EXPECT_TRUE(items.ok() && items.at_end());
      if (!page.reply.more) return all;
      message = {user, page.reply.last, 0};
    }
  }
  void enforce(const char* user, int times) {
    for (int i = 0; i < times; ++i) send<wire::Nothing>(kRoot, wire::Enforce{user});
  }
};

TEST(TrailReader, TheLastOfThemInTheirOrder) {
  Host host;
  host.enforce("alice", 3);
  EXPECT_EQ(host.numbers({}, 2), (std::vector<std::uint64_t>{2, 3}));
  EXPECT_EQ(host.numbers({}, 3), (std::vector<std::uint64_t>{1, 2, 3}));
  EXPECT_EQ(host.numbers({}, 100), (std::vector<std::uint64_t>{1, 2, 3}));
}

TEST(TrailReader, WhatWasDecidedBeforeTheQuestionIsShown) {
  Host host;
  struct Nothing {};
  host.context().committer.update<Nothing>(
      "alice", [](std::optional<Record>&, Nothing&) { return false; },
      [&](const Nothing*) {
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        host.context().audit.write({"enforce", "alice", kToolService, "", true, wire::Reason::unspecified});
      });
  EXPECT_EQ(host.numbers({}, 10), (std::vector<std::uint64_t>{1}));
}

TEST(TrailReader, OfOneUser) {
  Host host;
  host.enforce("alice", 1);
  host.enforce("bob", 2);
  host.enforce("alice", 1);
  EXPECT_EQ(host.numbers("bob", 10), (std::vector<std::uint64_t>{2, 3}));
  EXPECT_EQ(host.numbers("bob", 1), (std::vector<std::uint64_t>{3}));
  EXPECT_EQ(host.numbers("alice", 10), (std::vector<std::uint64_t>{1, 4}));
  EXPECT_TRUE(host.numbers("mallory", 10).empty());
}

TEST(TrailReader, PagesJoinWithoutAGap) {
  Host host;
  std::vector<TrailLine> lines(1000);
  for (TrailLine& line : lines) line.source.assign(200, 'x');
  ASSERT_TRUE(host.trail().append(lines).has_value());
  const auto all = host.numbers({}, 1000);
  ASSERT_EQ(all.size(), 1000U);
  for (std::size_t i = 0; i < all.size(); ++i) EXPECT_EQ(all[i], i + 1);
}

TEST(TrailReader, AfterTheLastOneNothingYet) {
  Host host;
  host.enforce("alice", 2);
  const auto page = host.send<wire::TrailReply>(kRoot, wire::TrailOf{{}, 2, 0});
  EXPECT_EQ(page.reply.count, 0);
  EXPECT_EQ(page.reply.last, 2U);
  EXPECT_FALSE(page.reply.more);
}

TEST(Explain, NamesTheRuleItsLineAndTheState) {
  Host host;
  host.configure([](Config& config) {
    Rule wheel, office;
    wheel.group = {"wheel"};
    wheel.second_factor = SecondFactor::required;
    wheel.line = 3;
    office.source = {*Network::parse("203.0.113.0/24")};
    office.second_factor = SecondFactor::exempt;
    office.line = 7;
    config.policy.rules = {wheel, office};
  });
  host.names().users["bob"].groups = {"wheel"};
  const auto explain = [&](std::string_view user, std::string_view source) {
    return host.send<wire::ExplainReply>(kRoot, wire::Explain{user, "sshd", source}).reply;
  };
  const auto bob = explain("bob", "203.0.113.9");
  EXPECT_EQ(bob.rule, 1);
  EXPECT_EQ(bob.line, 3U);
  EXPECT_EQ(bob.factor, static_cast<std::uint8_t>(wire::Factor::required));
  EXPECT_FALSE(bob.enabled);
  const auto alice = explain("alice", "203.0.113.9");
  EXPECT_EQ(alice.rule, 2);
  EXPECT_EQ(alice.factor, static_cast<std::uint8_t>(wire::Factor::exempt));
  EXPECT_TRUE(alice.enabled);
  const auto elsewhere = explain("alice", "192.0.2.1");
  EXPECT_EQ(elsewhere.rule, 0);
  EXPECT_EQ(elsewhere.factor, static_cast<std::uint8_t>(wire::Factor::optional));
  for (int i = 0; i < 5; ++i) host.authfail(kRoot, {});
  EXPECT_TRUE(explain("alice", "").locked);
}

}  // namespace
}  // namespace umbra
