#include <gtest/gtest.h>

#include "setup_tool/doctor/sshd_judge.hpp"

namespace umbra::test {
namespace {

using Files = std::map<std::string, std::string>;

sshd::Server server(const Files& files, const std::string& told = "") {
  const auto read = [&files](const std::string& pattern) {
    std::vector<pam::File> found;
    const std::string start = pattern.substr(0, pattern.find('*'));
    for (const auto& [path, text] : files)
      if (pattern == path || (start != pattern && path.starts_with(start))) found.push_back({path, text});
    return found;
  };
  return {"main", sshd::read_settings("main", read), sshd::read_told(told)};
}

constexpr char kGood[] = "UsePAM yes\nAuthenticationMethods publickey,keyboard-interactive\n";

Findings wrong(const sshd::Server& server) {
  Findings findings = judge(server);
  std::erase_if(findings, [](const Finding& f) { return f.level == Level::good || f.level == Level::note; });
  return findings;
}

// The one finding that is not good, as text.
std::string one(const sshd::Server& server) {
  const Findings findings = wrong(server);
  if (findings.size() != 1) return std::to_string(findings.size()) + " findings";
  return (findings[0].level == Level::open ? "open " : "warning ") + findings[0].place + " " + findings[0].what;
}

TEST(Sshd, GoodIsGood) {
  EXPECT_TRUE(wrong(server({{"main", kGood}})).empty());
  EXPECT_EQ(judge(server({{"main", kGood}}))[0].level, Level::good);
  EXPECT_TRUE(wrong(server({{"main", "UsePAM yes\nPubkeyAuthentication no\n"}})).empty());
  EXPECT_TRUE(wrong(server({{"main", "usepam=yes\nauthenticationmethods \"password\" keyboard-interactive:pam # x\n"}}))
                  .empty());
}

TEST(Sshd, NobodyReachesPam) {
  EXPECT_EQ(one(server({{"main", std::string("UsePAM no\n") + kGood}})),
            "open main:1 UsePAM is not yes: no PAM stack is asked");
  EXPECT_EQ(one(server({{"main", "AuthenticationMethods publickey,keyboard-interactive\n"}})),
            "open main UsePAM is not yes: no PAM stack is asked");
}

TEST(Sshd, TheFirstValueWins) {
  const Files files = {{"main", std::string("Include drop/*.conf\nKbdInteractiveAuthentication yes\n") + kGood},
                       {"drop/10-a.conf", "# hardened\nKbdInteractiveAuthentication no\n"},
                       {"drop/20-b.conf", "KbdInteractiveAuthentication yes\n"}};
  const Findings findings = wrong(server(files));
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].place, "drop/10-a.conf:2");
  EXPECT_EQ(findings[0].change, "KbdInteractiveAuthentication yes");
  EXPECT_NE(findings[0].why.find("drop/20-b.conf:1 says yes, but the first value wins"), std::string::npos);
  EXPECT_EQ(findings[0].level, Level::open);
}

TEST(Sshd, FilesThatIncludeEachOtherComeToAnEnd) {
  const Files files = {{"main", "UsePAM yes\nInclude other other\n"}, {"other", "Include main main\nUsePAM no\n"}};
  EXPECT_LE(server(files).settings.size(), 1000U);
}

TEST(Sshd, AnOlderNameIsTheSameSetting) {
  EXPECT_EQ(one(server({{"main", std::string("ChallengeResponseAuthentication no\n") + kGood}})),
            "open main:1 keyboard-interactive is off: nobody can be asked for a code");
}

TEST(Sshd, AnAnswerInThePasswordNeedsNoMore) {
  sshd::Server both = server({{"main", std::string("KbdInteractiveAuthentication no\n") + kGood}});
  both.code_in_password = true;
  EXPECT_EQ(wrong(both)[0].level, Level::warning);
}

TEST(Sshd, AWayInWithoutPamIsOpen) {
  EXPECT_EQ(one(server({{"main", "UsePAM yes\n"}})), "open main publickey alone lets in without a code");
  EXPECT_EQ(one(server({{"main", "UsePAM yes\nPubkeyAuthentication no\nGSSAPIAuthentication yes\n"}})),
            "open main gssapi-with-mic alone lets in without a code");
  EXPECT_EQ(one(server({{"main", "UsePAM yes\nAuthenticationMethods any\n"}})),
            "open main:2 publickey alone lets in without a code");
  EXPECT_EQ(one(server({{"main", "UsePAM yes\nAuthenticationMethods publickey,password publickey,hostbased\n"}})),
            "open main:2 publickey,hostbased alone lets in without a code");
}

TEST(Sshd, AMatchForSomeIsAnExemption) {
  EXPECT_EQ(one(server({{"main", std::string(kGood) + "Match Group backup\n  AuthenticationMethods publickey\n"}})),
            "warning main:4 for some (Match Group backup) publickey alone lets in without a code");
  EXPECT_EQ(one(server({{"main", "UsePAM yes\nPubkeyAuthentication no\nMatch User git\nPubkeyAuthentication yes\n"}})),
            "warning main:4 for some (Match User git) publickey alone lets in without a code");
  EXPECT_EQ(one(server({{"main", std::string(kGood) + "Match User git\nKbdInteractiveAuthentication no\n"}})),
            "warning main:4 for some (Match User git) keyboard-interactive is off");
}

TEST(Sshd, AMatchForAllHoldsForAll) {
  EXPECT_EQ(one(server({{"main", std::string(kGood) + "Match all\nAuthenticationMethods publickey\n"}})),
            "open main:4 publickey alone lets in without a code");
  EXPECT_EQ(one(server({{"main",
                         "UsePAM yes\nMatch User a\nPasswordAuthentication no\nMatch all\n"
                         "AuthenticationMethods publickey,keyboard-interactive\n"}})),
            "0 findings");
}

TEST(Sshd, AMatchEndsWithItsFile) {
  const Files files = {{"main", std::string("Include drop/*\n") + kGood},
                       {"drop/a", "Match User git\nKbdInteractiveAuthentication no\n"},
                       {"drop/b", "UsePAM no\n"}};
  const Findings findings = wrong(server(files));
  ASSERT_EQ(findings.size(), 2U);
  EXPECT_EQ(findings[0].place, "drop/b:1");
  EXPECT_EQ(findings[1].place, "drop/a:2");
}

TEST(Sshd, WhatSshdItselfSaysCountsMore) {
  EXPECT_EQ(one(server({{"main", kGood}}, "usepam no\nauthenticationmethods publickey,keyboard-interactive\n")),
            "2 findings");
  EXPECT_TRUE(wrong(server({}, "usepam yes\nauthenticationmethods publickey,keyboard-interactive\n")).empty());
}

TEST(Sshd, AKeyComesFirstWhereEveryListBeginsWithOne) {
  EXPECT_TRUE(key_comes_first(server({{"main", kGood}})));
  EXPECT_FALSE(key_comes_first(server({{"main", "UsePAM yes\n"}})));
  EXPECT_FALSE(key_comes_first(
      server({{"main", "AuthenticationMethods publickey,keyboard-interactive keyboard-interactive\n"}})));
}

TEST(Sshd, AnIncludeOfItselfEnds) {
  EXPECT_TRUE(wrong(server({{"main", std::string("Include main\n") + kGood}})).empty());
}

}  // namespace
}  // namespace umbra::test
