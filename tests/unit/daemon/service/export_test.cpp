// What export gives, and to whom.
#include <gtest/gtest.h>

#include "tests/support/whole_daemon.hpp"

namespace umbra {
namespace {

using test::kAlice;
using test::kRoot;
using wire::Status;

struct Host : test::WholeDaemon {
  explicit Host(bool allowed = true) {
    configure([&](Config& config) { config.allow_export = allowed; });
    Record alice = test::enrolled();
    codes = give_backup_codes(alice);
    alice.more.emplace_back().name = "tablet";
    alice.more[0].credential = test::credential(wire::Algorithm::sha512, 8, 60, "another secret");
    storage().put(alice);
  }
  auto ask_for(std::string_view user, const Peer& peer = kRoot) {
    return send<wire::ExportReply>(peer, wire::Export{user});
  }
  template <class Entry>
  static std::vector<Entry> entries(Bytes bytes) {
    std::vector<Entry> all;
    Reader reader(bytes);
    while (reader.ok() && !reader.at_end()) Entry::fields(reader, all.emplace_back());
    EXPECT_TRUE(reader.ok());
    return all;
  }

  std::vector<std::string> codes;
};

TEST(Export, EveryDeviceAndCode) {
  Host host;
  const auto answered = host.ask_for("alice");
  ASSERT_EQ(answered.status, Status::ok);
  EXPECT_TRUE(answered.reply.allowed);
  EXPECT_EQ(answered.reply.user, "alice");
  EXPECT_EQ(answered.reply.issuer, "example.org");
  const auto devices = Host::entries<wire::ExportedDevice>(answered.reply.devices);
  ASSERT_EQ(devices.size(), 2U);
  EXPECT_EQ(test::text(devices[0].secret), test::kSecretText);
  EXPECT_EQ(devices[1].name, "tablet");
  EXPECT_EQ(devices[1].algorithm, 3);
  EXPECT_EQ(devices[1].digits, 8);
  EXPECT_EQ(devices[1].period, 60U);
  EXPECT_EQ(Host::entries<wire::HashedCode>(answered.reply.hashed_codes).size(), 10U);
  EXPECT_TRUE(answered.reply.used.empty());
  EXPECT_EQ(host.audited(1).at(0), "export alice umbra-totp  accepted ");
}

TEST(Export, WhatWasUsedIsSaid) {
  Host host;
  ASSERT_TRUE(host.log_in(kRoot, {}, host.code(1)).reply.accepted);
  ASSERT_TRUE(host.log_in(kRoot, {}, host.codes[3]).reply.accepted);
  const auto answered = host.ask_for("alice");
  const auto used = Host::entries<wire::UsedStep>(answered.reply.used);
  ASSERT_EQ(used.size(), 1U);
  EXPECT_EQ(used[0].step, time_step(test::kNow, 30) + 1);
  EXPECT_EQ(used[0].code, std::stoul(host.code(1)));
  const auto codes = Host::entries<wire::HashedCode>(answered.reply.hashed_codes);
  for (std::size_t i = 0; i < codes.size(); ++i) EXPECT_EQ(codes[i].used_at != 0, i == 3) << i;
}

TEST(Export, OnlyWhereTheConfigurationAllowsIt) {
  EXPECT_FALSE(Config().allow_export) << "a secret that root can read is one that can be copied";
  Host host(false);
  const auto answered = host.ask_for("alice");
  ASSERT_EQ(answered.status, Status::ok);
  EXPECT_FALSE(answered.reply.allowed);
  EXPECT_TRUE(answered.reply.devices.empty() && answered.reply.hashed_codes.empty() && answered.reply.user.empty());
  EXPECT_EQ(host.audited(1).at(0), "export alice umbra-totp  refused not_permitted");
}

TEST(Export, RootAlone) {
  Host host;
  EXPECT_EQ(host.ask_for("alice", kAlice).status, Status::not_permitted);
}

TEST(Export, WhoHasNoFactor) {
  Host host;
  EXPECT_EQ(host.ask_for("bob").status, Status::not_set_up);
  EXPECT_EQ(host.ask_for("nobody-here").status, Status::no_such_user);
  host.storage().put(test::enrolled("bob", 4711));
  EXPECT_EQ(host.ask_for("bob").status, Status::not_set_up) << "a record of somebody else's uid";
}

}  // namespace
}  // namespace umbra
