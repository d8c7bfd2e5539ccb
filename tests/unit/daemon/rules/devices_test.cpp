// Codes of several devices before one record: windows apart, one lockout, and what a caller hears who asks again.
#include <gtest/gtest.h>

#include <string>

#include "tests/support/login.hpp"

namespace umbra {
namespace {

using test::Login;
using wire::Reason;

// A user with a phone and a tablet.
struct TwoDevices : Login {
  explicit TwoDevices(unsigned digits = 6, std::uint32_t period = 30) {
    test::add_device(record, "tablet", digits, period);
  }
  [[nodiscard]] Device& tablet() { return record.more[0]; }
  [[nodiscard]] std::string tablet_code(int offset = 0) { return test::code_text(tablet().credential, now, offset); }
};

TEST(Devices, EachLetsItsUserInAndSpendsNothingOfTheOther) {
  TwoDevices login;
  ASSERT_TRUE(login.accepts(login.code()));
  EXPECT_EQ(login.refusal(login.code()), Reason::replayed) << "though nothing of the tablet is spent";
  EXPECT_EQ(login.tablet().window, ReplayWindow{});
  ASSERT_TRUE(login.accepts(login.tablet_code()));
  for (const auto& code : {login.code(), login.tablet_code()}) EXPECT_EQ(login.refusal(code), Reason::replayed);
  EXPECT_TRUE(login.accepts(login.code(1)));
  EXPECT_TRUE(login.accepts(login.tablet_code(-1)));
  EXPECT_EQ(login.failures(), 0U);
}

TEST(Devices, AllOfThemAreAsked) {
  Login login;
  for (const char* name : {"tablet", "laptop", "watch"}) test::add_device(login.record, name);
  for (const Device& device : login.record.more)
    EXPECT_TRUE(login.accepts(test::code_text(device.credential, login.now))) << device.name;
  EXPECT_TRUE(login.accepts(login.code()));
}

// One secret in two devices, as somebody has it who scanned one picture twice.
TEST(Devices, ACodeOfTwoIsSpentAtBoth) {
  TwoDevices login;
  login.tablet().credential = *login.record.active;
  const auto step = time_step(login.now, 30);
  ASSERT_TRUE(login.accepts(login.code()));
  EXPECT_TRUE(login.record.window.spent(step));
  EXPECT_TRUE(login.tablet().window.spent(step));
  EXPECT_EQ(login.refusal(login.code()), Reason::replayed);
}

TEST(Devices, OneLockoutForAll) {
  TwoDevices login;
  for (int i = 0; i < 3; ++i) EXPECT_EQ(login.refusal(login.wrong()), Reason::wrong_code);
  ASSERT_TRUE(login.accepts(login.tablet_code())) << "which resets nothing";
  for (int i = 0; i < 2; ++i) login.refusal(login.wrong());
  EXPECT_EQ(login.refusal(login.code()), Reason::locked);
  EXPECT_EQ(login.refusal(login.tablet_code(1)), Reason::locked);
  EXPECT_EQ(login.record.lockout.charged, 5U)
      << "a wrong code is one failure, however many devices it was held against";
}

TEST(Devices, SixAndEightDigitsAreNeverTakenForEachOther) {
  TwoDevices login(8);
  // The same secret: the longer code ends with the shorter one.
  login.tablet().credential.secret = login.record.active->secret;
  const std::string six = login.code(), eight = login.tablet_code();
  ASSERT_EQ(eight.substr(2), six);
  EXPECT_EQ(login.refusal("00" + six), Reason::wrong_code) << "its number is right, its length is not";
  ASSERT_TRUE(login.accepts(six));
  EXPECT_EQ(login.tablet().window, ReplayWindow{});
  EXPECT_TRUE(login.accepts(eight));
  EXPECT_EQ(login.refusal("1" + six), Reason::wrong_code) << "seven digits are no device's";
  EXPECT_EQ(login.failures(), 2U);
}

TEST(Devices, EachHasItsPeriodAndItsWindow) {
  TwoDevices login(6, 60);
  login.tablet().credential.window = 3;
  EXPECT_TRUE(login.accepts(login.tablet_code(3)));
  EXPECT_TRUE(login.accepts(login.tablet_code(-3)));
  EXPECT_EQ(login.refusal(login.tablet_code(4)), Reason::wrong_code);
  EXPECT_EQ(login.refusal(login.code(2)), Reason::wrong_code) << "the configured window is the other's";
  login.record.active->window = 2;
  EXPECT_TRUE(login.accepts(login.code(2)));
}

TEST(Devices, StrictOrderIsKeptForEachAlone) {
  TwoDevices login;
  login.rules.strict_order = true;
  ASSERT_TRUE(login.accepts(login.code(1)));
  EXPECT_TRUE(login.accepts(login.tablet_code()));
  EXPECT_EQ(login.refusal(login.code()), Reason::replayed);
  EXPECT_EQ(login.refusal(login.tablet_code(-1)), Reason::replayed);
  EXPECT_TRUE(login.accepts(login.tablet_code(1)));
}

TEST(Devices, AskedAgainIsTheSameDevicesCode) {
  TwoDevices login;
  const std::string code = login.tablet_code();
  const Decision one = login.judge(test::attempt(code, login.now, 77));
  ASSERT_EQ(one.verdict, Verdict::accepted);
  ASSERT_TRUE(login.accepts(login.code()));
  const Decision two = login.judge(test::attempt(code, login.now, 77));
  EXPECT_EQ(two.verdict, Verdict::accepted);
  EXPECT_EQ(two.step, one.step);
  // The phone's code of the same step was accepted as well, but under another id.
  EXPECT_EQ(login.judge(test::attempt(login.code(), login.now, 77)).reason, Reason::spent_challenge);
}

TEST(Devices, TheStepThatIsToldIsTheAcceptingDevices) {
  TwoDevices login(6, 60);
  EXPECT_EQ(login.type(login.tablet_code()).step, time_step(login.now, 60));
  EXPECT_EQ(login.record.acceptances.back().device, 1);
  EXPECT_EQ(login.type(login.code()).step, time_step(login.now, 30));
  EXPECT_EQ(login.record.acceptances.back().device, 0);
}

// Where both match and the first was spent before, the second's step is told: asked again it is found there.
TEST(Devices, WhatIsSpentAtOneAndFreshAtTheOtherIsTheOthers) {
  TwoDevices login;
  login.tablet().credential = *login.record.active;
  login.record.window.spend(time_step(login.now, 30));
  const std::string code = login.code();
  ASSERT_EQ(login.judge(test::attempt(code, login.now, 77)).verdict, Verdict::accepted);
  EXPECT_EQ(login.record.acceptances.back().device, 1);
  EXPECT_EQ(login.judge(test::attempt(code, login.now, 77)).verdict, Verdict::accepted);
  EXPECT_EQ(login.refusal(code), Reason::replayed);
}

TEST(Devices, BackupCodesAreTheUsers) {
  TwoDevices login;
  login.give_backup_codes();
  const Attempt attempt = test::attempt("ABCD-EFGH", login.now, 5);
  ASSERT_EQ(login.judge(attempt).verdict, Verdict::hash_backup_code);
  EXPECT_EQ(login.settle(attempt, 3).verdict, Verdict::accepted);
  EXPECT_EQ(login.record.backup.remaining(), 9U);
}

}  // namespace
}  // namespace umbra
