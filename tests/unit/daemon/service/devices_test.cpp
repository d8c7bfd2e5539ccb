// Several devices of one user, from the tool's requests to logins: added, listed, replaced, used.
#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <string>

#include "daemon/service/enrolment.hpp"
#include "tests/unit/daemon/service/device_host.hpp"

namespace umbra {
namespace {

using test::kAlice;
using test::kBob;
using test::kRoot;
using wire::Status;

using Host = test::DeviceHost;
using Lines = test::Lines;

TEST(SeveralDevices, OneMoreForACodeOfTheFirst) {
  Host host;
  EXPECT_EQ(host.add(kAlice, "tablet").status, Status::already_enabled) << "a current code is asked for";
  EXPECT_FALSE(host.add(kAlice, "tablet", host.wrong()).reply.accepted);
  EXPECT_EQ(host.storage().get("alice").lockout.charged, 1U);
  const auto added = host.add(kAlice, "tablet", host.code());
  ASSERT_TRUE(added.status == Status::ok && added.reply.accepted);
  EXPECT_FALSE(added.reply.replaces);
  EXPECT_EQ(added.reply.secret.size(), 20U);
  EXPECT_EQ(added.reply.backup_codes, "") << "those that there are stay";
  EXPECT_EQ(host.devices(), (Lines{"first 6 -100", "pending tablet"}));
  EXPECT_FALSE(host.logs_in(host.code())) << "it was burnt";

  const Credential tablet = Host::credential_of(added.reply);
  EXPECT_FALSE(host.logs_in(host.code_of(tablet))) << "not before it is confirmed";
  const auto confirmed = host.confirm(host.code_of(tablet));
  ASSERT_TRUE(confirmed.reply.accepted);
  EXPECT_EQ(host.devices(), (Lines{"first 6 -100", "tablet 6 0"}));
  EXPECT_FALSE(host.logs_in(host.code_of(tablet))) << "its first code is burnt";
  EXPECT_TRUE(host.logs_in(host.code_of(tablet, 1)));
  EXPECT_TRUE(host.logs_in(host.code(1)));
  EXPECT_EQ(host.storage().get("alice").backup.remaining(), 10U);
}

TEST(SeveralDevices, ConfirmAskedAgainHearsTheSame) {
  Host host;
  const auto added = host.add(kRoot, "tablet", {}, true);
  const std::string code = host.code_of(Host::credential_of(added.reply));
  const wire::Confirm message{"alice", code};
  ASSERT_TRUE(host.send<wire::CodeReply>(kAlice, message, 7).reply.accepted);
  EXPECT_TRUE(host.send<wire::CodeReply>(kAlice, message, 7).reply.accepted);
  EXPECT_EQ(host.send<wire::CodeReply>(kAlice, message, 8).status, Status::already_enabled);
}

TEST(SeveralDevices, AnyDevicesCodeMayAddTheNext) {
  Host host;
  const Credential tablet = host.add_and_confirm("tablet");
  EXPECT_TRUE(host.add(kAlice, "laptop", host.code_of(tablet, 1)).reply.accepted);
}

TEST(SeveralDevices, ForceIsRootsAndSomebodyElseMayNothing) {
  Host host;
  EXPECT_EQ(host.add(kAlice, "tablet", {}, true).status, Status::not_permitted);
  EXPECT_EQ(host.add(kBob, "tablet", host.code()).status, Status::not_permitted);
  EXPECT_EQ(host.remove(kBob, "first", test::kPassword, host.code()).status, Status::not_permitted);
  EXPECT_EQ(host.send<wire::DevicesReply>(kBob, wire::DevicesOf{"alice"}).status, Status::not_permitted);
}

TEST(SeveralDevices, NamesHaveAGrammar) {
  Host host;
  for (const char* name : {"", " tablet", "a/b", "../x", "a\nb", "-x"}) {
    EXPECT_EQ(host.add(kRoot, name, {}, true).status, Status::bad_request) << name;
    EXPECT_EQ(host.remove(kRoot, name).status, Status::bad_request) << name;
  }
  EXPECT_TRUE(host.storage().get("alice").active.has_value()) << "an empty name is not all of them";
}

TEST(SeveralDevices, AFifthIsRefusedBeforeACodeIsSpentOnIt) {
  Host host;
  for (const char* name : {"tablet", "laptop", "watch"}) host.add_and_confirm(name);
  EXPECT_EQ(host.add(kAlice, "fifth", host.code()).status, Status::devices_full);
  EXPECT_EQ(host.add(kRoot, "fifth", {}, true).status, Status::devices_full);
  EXPECT_TRUE(host.logs_in(host.code()));
  const auto again = host.add(kRoot, "laptop", {}, true);
  EXPECT_EQ(again.status, Status::ok) << "in place of one of them";
  EXPECT_TRUE(again.reply.replaces);
}

TEST(SeveralDevices, WhatWaitedWhileTheLastPlaceWentIsRefused) {
  Host host;
  const auto added = host.add(kRoot, "fifth", {}, true);
  Record alice = host.storage().get("alice");
  for (const char* name : {"tablet", "laptop", "watch"}) test::add_device(alice, name);
  host.storage().put(alice);
  EXPECT_EQ(host.confirm(host.code_of(Host::credential_of(added.reply))).status, Status::devices_full);
  EXPECT_EQ(host.storage().get("alice").more.size(), 3U);
}

// He would have a factor without backup codes: they are made for a first device alone.
TEST(SeveralDevices, WhoWasDisabledMeanwhileBeginsWithSetup) {
  Host host;
  auto wish = std::make_shared<Wish>();
  wish->account = {"alice", 1000, 1000};
  wish->may_replace = true;
  wish->device = "tablet";
  wish->with_codes = false;
  host.remove(kRoot, "first");
  std::promise<Status> told;
  Enrolment enrolment(host.context());
  enrolment.offer(wish, [&told](Status status, const Offer*) { told.set_value(status); });
  EXPECT_EQ(told.get_future().get(), Status::not_set_up);
  EXPECT_FALSE(host.storage().get("alice").pending.has_value());
}

TEST(SeveralDevices, TheFirstMayHaveANameToo) {
  Host host;
  Record bare;
  bare.user = "alice";
  bare.uid = 1000;
  host.storage().put(bare);
  const auto added = host.add(kAlice, "tablet");
  ASSERT_EQ(added.status, Status::ok);
  EXPECT_EQ(added.reply.backup_codes.size(), 10U) << "who had none gets backup codes";
  ASSERT_TRUE(host.confirm(host.code_of(Host::credential_of(added.reply))).reply.accepted);
  EXPECT_EQ(host.devices(), (Lines{"tablet 6 0"}));
  EXPECT_EQ(host.storage().get("alice").backup.remaining(), 1U);
}

TEST(SeveralDevices, SetupReplacesTheFirstAndItsBackupCodes) {
  Host host;
  const Credential tablet = host.add_and_confirm("tablet");
  wire::Setup message;
  message.user = "alice";
  const std::string current = host.code_of(tablet, 1);
  message.answer = current;
  const auto fresh = host.send<wire::SetupReply>(kAlice, message);
  ASSERT_TRUE(fresh.reply.accepted);
  EXPECT_EQ(host.devices().back(), "pending first");
  ASSERT_TRUE(host.confirm(host.code_of(Host::credential_of(fresh.reply))).reply.accepted);
  EXPECT_EQ(host.devices(), (Lines{"first 6 0", "tablet 6 0"}));
  EXPECT_FALSE(host.logs_in(host.code(1)));
  EXPECT_TRUE(host.logs_in(host.code_of(tablet, -1)));
  EXPECT_EQ(host.storage().get("alice").backup.remaining(), 1U);
}

TEST(SeveralDevices, ThePromptCutsByTheLongestCode) {
  Host host;
  EXPECT_EQ(host.begin(kRoot, {}, 60).reply.digits, 6);
  Record alice = host.storage().get("alice");
  test::add_device(alice, "tablet", 8);
  host.storage().put(alice);
  EXPECT_EQ(host.begin(kRoot, {}, 61).reply.digits, 8);
}

}  // namespace
}  // namespace umbra
