#include "setup_tool/import/oath_usersfile.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>

#include "tests/unit/setup_tool/import/readings.hpp"

namespace umbra {
namespace {

const std::string kHex = "3132333435363738393031323334353637383930";

intake::Credential good(const std::string& line) { return test::one(intake::read_oath_line, line); }
void expect_bad(const std::string& line, const std::string& why) {
  test::expect_wrong(intake::read_oath_line, line, why);
  EXPECT_EQ(intake::read_oath_line(line).wrong.find(kHex), std::string::npos);
}

class OathUsersfile : public testing::Test {
 protected:
  void SetUp() override { zone("CET-1CEST,M3.5.0,M10.5.0/3"); }
  void TearDown() override {
    unsetenv("TZ");
    tzset();
  }
  static void zone(const char* name) {
    setenv("TZ", name, 1);
    tzset();
  }
};

TEST_F(OathUsersfile, EveryTimedType) {
  const struct {
    const char* type;
    std::uint32_t period;
    int digits;
  } types[] = {{"HOTP/T30", 30, 6}, {"HOTP/T30/6", 30, 6}, {"HOTP/T30/7", 30, 7}, {"HOTP/T30/8", 30, 8},
               {"HOTP/T60", 60, 6}, {"HOTP/T60/6", 60, 6}, {"HOTP/T60/7", 60, 7}, {"HOTP/T60/8", 60, 8}};
  for (const auto& [type, period, digits] : types) {
    const auto credential = good(std::string(type) + " alice - " + kHex);
    EXPECT_EQ(credential.user, "alice");
    EXPECT_EQ(test::text(credential.secret.view()), test::kSecret);
    EXPECT_EQ(credential.period, period) << type;
    EXPECT_EQ(credential.digits, digits) << type;
    EXPECT_EQ(credential.window, 0) << "pam_oath's window stands in its PAM line, not here";
  }
}

TEST_F(OathUsersfile, WhatALoginWroteIsBurnt) {
  const auto credential = good("HOTP/T30\tbob\t-\t" + kHex + "\t0\t138691\t2009-12-07T23:16:15L");
  ASSERT_EQ(credential.used.size(), 1U);
  EXPECT_EQ(credential.used[0].step, 1260224175U / 30) << "an hour before UTC's";
  EXPECT_EQ(credential.used[0].code, 138691U);
  zone("UTC0");
  EXPECT_EQ(good("HOTP/T60/8 bob - " + kHex + " 0 00138691 2009-12-07T23:16:15L").used[0].step, 1260227775U / 60);
  zone("CET-1CEST,M3.5.0,M10.5.0/3");
  EXPECT_EQ(good("HOTP/T30 bob - " + kHex + " 0 138691 2009-07-07T23:16:15L").used[0].step, 1247001375U / 30);
}

TEST_F(OathUsersfile, CountedCodesAndPinsAreRefusedClearly) {
  for (const char* type : {"HOTP", "HOTP/E", "HOTP/E/6", "HOTP/E/8"})
    expect_bad(std::string(type) + " alice - " + kHex + " 12", "counted");
  expect_bad("HOTP/T30 alice 1234 " + kHex, "password (PIN)");
  expect_bad("HOTP/T30 alice + " + kHex, "password (PIN)");
}

TEST_F(OathUsersfile, CommentsAndEmptyLinesAreNothing) {
  for (const char* line : {"", "   ", "# Option User Prefix Seed", "\t# x"}) {
    const auto reading = intake::read_oath_line(line);
    EXPECT_EQ(reading.wrong, "");
    EXPECT_TRUE(reading.credentials.empty());
  }
}

TEST_F(OathUsersfile, Mistakes) {
  expect_bad("TOTP alice - " + kHex, "no type that pam_oath knows");
  expect_bad("HOTP/T15 alice - " + kHex, "no type that pam_oath knows");
  expect_bad("HOTP/T30/9 alice - " + kHex, "neither 6, 7 nor 8");
  expect_bad("HOTP/T300 alice - " + kHex, "neither 6, 7 nor 8");
  expect_bad("HOTP/T30 alice -", "a type, a user, a password or -, and a secret");
  expect_bad("HOTP/T30", "a type, a user, a password or -, and a secret");
  expect_bad("HOTP/T30 alice - 123", "hexadecimal");
  expect_bad("HOTP/T30 alice - 12zz", "hexadecimal");
  expect_bad("HOTP/T30 alice - " + std::string(130, '0'), "hexadecimal");
  expect_bad("HOTP/T30 alice - " + kHex + " x", "no number");
  expect_bad("HOTP/T30 alice - " + kHex + " 0 12345 2009-12-07T23:16:15L", "last code is none");
  expect_bad("HOTP/T30 alice - " + kHex + " 0 123456", "time of the last code");
  expect_bad("HOTP/T30 alice - " + kHex + " 0 123456 2009-12-07T23:16:15", "time of the last code");
  expect_bad("HOTP/T30 alice - " + kHex + " 0 123456 2009-13-07T23:16:15L", "time of the last code");
  expect_bad("HOTP/T30 alice - " + kHex + " 0 123456 2009-12-07T23:16:15L x", "behind its last field");
}

TEST_F(OathUsersfile, CutAnywhere) {
  test::cut_everywhere(intake::read_oath_line, "HOTP/T30/8 bob - " + kHex + " 0 12345678 2009-12-07T23:16:15L");
}

}  // namespace
}  // namespace umbra
