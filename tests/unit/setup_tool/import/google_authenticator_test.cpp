#include "setup_tool/import/google_authenticator.hpp"

#include <gtest/gtest.h>

#include "tests/unit/setup_tool/import/readings.hpp"

namespace umbra {
namespace {

using test::expect_wrong;
using testing::ElementsAre;

intake::Credential good(const std::string& text) { return test::one(intake::read_google_authenticator, text); }
std::string file(const std::string& lines) { return std::string(test::kSecretText) + "\n\" TOTP_AUTH\n" + lines; }
void expect_bad(const std::string& lines, const std::string& why) {
  expect_wrong(intake::read_google_authenticator, file(lines), why);
}

const std::string kFull =
    "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\n\" RATE_LIMIT 3 30 1700000000\n\" WINDOW_SIZE 17\n\" STEP_SIZE 60\n"
    "\" DISALLOW_REUSE 28333330 28333333\n\" TIME_SKEW -1\n\" TOTP_AUTH\n\" LAST0 host "
    "1700000000\n12345678\n87654321\n";

TEST(GoogleAuthenticator, EverythingArrives) {
  const auto credential = good(kFull);
  EXPECT_EQ(test::text(credential.secret.view()), test::kSecret);
  EXPECT_EQ(credential.user, "");
  EXPECT_EQ(credential.algorithm, wire::Algorithm::sha1);
  EXPECT_EQ(credential.digits, 6);
  EXPECT_EQ(credential.period, 60U);
  EXPECT_EQ(credential.window, 9) << "eight on each side, and one more for the skew";
  EXPECT_THAT(test::steps(credential), ElementsAre(28333333, 28333330));
  EXPECT_EQ(credential.used[0].code, wire::UsedStep::kNoCode);
  ASSERT_EQ(credential.scratch.size(), 2U);
  EXPECT_EQ(test::text(credential.scratch[0].view()), "12345678");
  EXPECT_TRUE(credential.enabled);
  EXPECT_FALSE(credential.enforced);
}

TEST(GoogleAuthenticator, DefaultsAreItsOwn) {
  const auto credential = good(file(""));
  EXPECT_EQ(credential.period, 30U);
  EXPECT_EQ(credential.window, 1) << "three in all";
  EXPECT_TRUE(credential.used.empty());
  EXPECT_TRUE(credential.scratch.empty());
}

TEST(GoogleAuthenticator, WindowsReachAsFarAsTheyMay) {
  EXPECT_EQ(good(file("\" WINDOW_SIZE 1\n")).window, 0) << "as configured";
  EXPECT_EQ(good(file("\" WINDOW_SIZE 3\n")).window, 1);
  EXPECT_EQ(good(file("\" WINDOW_SIZE 4\n")).window, 2);
  EXPECT_EQ(good(file("\" WINDOW_SIZE 100\n")).window, 10);
  EXPECT_EQ(good(file("\" TIME_SKEW 9\n")).window, 10);
  expect_bad("\" TIME_SKEW 10\n", "too far off");
  expect_bad("\" TIME_SKEW -1\n\" WINDOW_SIZE 100\n", "too far off");
}

TEST(GoogleAuthenticator, CountedCodesAreRefusedClearly) {
  expect_wrong(intake::read_google_authenticator, std::string(test::kSecretText) + "\n\" HOTP_COUNTER 1\n",
               "counted (HOTP_COUNTER)");
  expect_bad("\" HOTP_COUNTER 1\n", "counted (HOTP_COUNTER)");
}

TEST(GoogleAuthenticator, MistakesAreNamedWithTheirLine) {
  expect_bad("\" STEP_SIZE 0\n", "STEP_SIZE");
  expect_bad("\" STEP_SIZE 61\n", "STEP_SIZE");
  expect_bad("\" WINDOW_SIZE 101\n", "WINDOW_SIZE");
  expect_bad("\" WINDOW_SIZE\n", "WINDOW_SIZE");
  expect_bad("\" TIME_SKEW x\n", "TIME_SKEW");
  expect_bad("\" DISALLOW_REUSE 1 x\n", "DISALLOW_REUSE");
  expect_bad("\" DISALLOW_REUSE 99999999999999999999\n", "DISALLOW_REUSE");
  expect_bad("\" RATE_LIMIT 3 -30\n", "RATE_LIMIT");
  expect_bad("\" NEW_OPTION 1\n", "not known here");
  for (const char* line : {"1234567\n", "123456789\n", "1234567x\n", "x\n"}) expect_bad(line, "neither an option nor");
  std::string many;
  for (int i = 0; i < 21; ++i) many += "12345678\n";
  expect_bad(many, "more than 20");
  EXPECT_EQ(intake::read_google_authenticator(file("12345678\n\n1\n")).line, 5U);
}

TEST(GoogleAuthenticator, WhatIsNoSuchFile) {
  expect_wrong(intake::read_google_authenticator, "", "empty");
  expect_wrong(intake::read_google_authenticator, "\n\" TOTP_AUTH\n", "no secret");
  expect_wrong(intake::read_google_authenticator, "root:x:0:0\n", "no secret");
  expect_wrong(intake::read_google_authenticator, std::string(test::kSecretText) + "\n12345678\n", "TOTP_AUTH");
}

TEST(GoogleAuthenticator, TheNewestUsedStepsAreKept) {
  std::string line = "\" DISALLOW_REUSE";
  for (int step = 1; step <= 100; ++step) line += " " + std::to_string(step);
  const auto all = test::steps(good(file(line + "\n")));
  ASSERT_EQ(all.size(), wire::kMaxUsedSteps);
  EXPECT_EQ(all.front(), 100U);
  EXPECT_EQ(all.back(), 37U) << "whatever is lower lies below the newest's window";
}

TEST(GoogleAuthenticator, CutAnywhere) { test::cut_everywhere(intake::read_google_authenticator, kFull); }

}  // namespace
}  // namespace umbra
