// One of several devices is taken away: for password and code, alone, and what that ends.
#include <gtest/gtest.h>

#include <string>

#include "tests/unit/daemon/service/device_host.hpp"

namespace umbra {
namespace {

using test::kAlice;
using test::kPassword;
using test::kRoot;
using wire::Status;

using Host = test::DeviceHost;
using Lines = test::Lines;

TEST(SeveralDevices, ALostOneGoesAloneForPasswordAndCode) {
  Host host;
  const Credential tablet = host.add_and_confirm("tablet");
  EXPECT_FALSE(host.remove(kAlice, "first", "guess", host.code_of(tablet, 1)).reply.accepted);
  EXPECT_FALSE(host.remove(kAlice, "first", kPassword, host.wrong()).reply.accepted);
  EXPECT_EQ(host.storage().get("alice").lockout.charged, 2U);
  ASSERT_EQ(host.devices().size(), 2U);
  ASSERT_TRUE(host.remove(kAlice, "first", kPassword, host.code_of(tablet, 1)).reply.accepted);
  EXPECT_EQ(host.devices(), (Lines{"tablet 6 0"}));
  EXPECT_FALSE(host.logs_in(host.code(-1)));
  EXPECT_TRUE(host.logs_in(host.code_of(tablet, -1)));
  EXPECT_TRUE(host.logs_in(host.codes[0])) << "backup codes are the user's";
}

TEST(SeveralDevices, ABackupCodeOrTheLostOneItselfProvesToo) {
  Host host;
  host.add_and_confirm("tablet");
  host.add_and_confirm("laptop");
  EXPECT_TRUE(host.remove(kAlice, "tablet", kPassword, host.codes[1]).reply.accepted);
  EXPECT_TRUE(host.remove(kAlice, "first", kPassword, host.code()).reply.accepted);
  EXPECT_EQ(host.devices(), (Lines{"laptop 6 0"}));
}

TEST(SeveralDevices, RemovalAskedAgainUnderItsIdIsDone) {
  Host host;
  const Credential tablet = host.add_and_confirm("tablet");
  const std::string code = host.code_of(tablet, 1);
  ASSERT_TRUE(host.remove(kAlice, "tablet", kPassword, code, 5).reply.accepted);
  EXPECT_TRUE(host.remove(kAlice, "tablet", kPassword, code, 5).reply.accepted);
  EXPECT_EQ(host.remove(kAlice, "tablet", kPassword, code, 6).status, Status::no_device);
  EXPECT_EQ(host.passwords().asked, 1U) << "nobody is asked for what is not there";
}

TEST(SeveralDevices, RootGivesNeitherAndTheLastOneIsTheFactor) {
  Host host;
  host.add_and_confirm("tablet");
  EXPECT_TRUE(host.remove(kRoot, "first").reply.accepted);
  EXPECT_EQ(host.remove(kRoot, "first").status, Status::no_device);
  EXPECT_TRUE(host.remove(kRoot, "tablet").reply.accepted);
  const Record alice = host.storage().get("alice");
  EXPECT_FALSE(alice.active.has_value());
  EXPECT_TRUE(alice.backup.codes.empty());
  EXPECT_EQ(host.devices(), Lines{});
}

TEST(SeveralDevices, DisableTakesAllOfThem) {
  Host host;
  const Credential tablet = host.add_and_confirm("tablet");
  const std::string code = host.code_of(tablet, 1);
  ASSERT_TRUE(host.send<wire::ProvenReply>(kAlice, wire::Disable{"alice", kPassword, code}).reply.accepted);
  EXPECT_TRUE(host.storage().get("alice").more.empty());
}

// A prompt that is open while a device is added takes its code; one that is open while one is removed takes none.
TEST(SeveralDevices, WhatAnOpenPromptTakes) {
  Host host;
  const auto before = host.begin(kRoot, {}, 50);
  const Credential tablet = host.add_and_confirm("tablet");
  const std::string code = host.code_of(tablet, 1);
  EXPECT_TRUE(host.send<wire::VerifyReply>(kRoot, wire::Verify{before.reply.challenge, code}, 50).reply.accepted);
  const auto open = host.begin(kRoot, {}, 51);
  host.remove(kRoot, "tablet");
  const std::string right = host.code(1);
  EXPECT_FALSE(host.send<wire::VerifyReply>(kRoot, wire::Verify{open.reply.challenge, right}, 51).reply.accepted);
  EXPECT_EQ(host.storage().get("alice").lockout.charged, 0U);
  EXPECT_TRUE(host.logs_in(right));
}

TEST(SeveralDevices, TheTrailSaysWhatWasDone) {
  Host host;
  host.add(kAlice, "tablet", host.wrong());
  host.add_and_confirm("tablet");
  host.remove(kAlice, "tablet", "guess", host.code());
  host.remove(kRoot, "tablet");
  EXPECT_EQ(host.audited(5),
            (Lines{"add-device alice umbra-totp  accepted ", "add-device alice umbra-totp  refused wrong_code",
                   "confirm alice umbra-totp  accepted ", "disable-device alice umbra-totp  accepted ",
                   "disable-device alice umbra-totp  refused wrong_password"}));
}

}  // namespace
}  // namespace umbra
