#include "paths.h"
#include "tests/unit/setup_tool/parse.hpp"

namespace umbra {
namespace {

using test::expect_usage;
using test::good;
using test::parse;
using testing::HasSubstr;

TEST(Words, NoneIsUsageWithHelp) {
  expect_usage({});
  EXPECT_THAT(parse({}).out, HasSubstr("setup"));
  expect_usage({"--json"});
}

TEST(Words, HelpAndVersionBeforeAndAfterTheVerb) {
  for (const std::vector<const char*>& words :
       {std::vector<const char*>{"--version"}, {"status", "--version"}, {"--version", "status"}}) {
    EXPECT_EQ(parse(words).out, "umbra-totp " UMBRA_VERSION "\n");
    EXPECT_EQ(parse(words).exit, Exit::done);
  }
  for (const std::vector<const char*>& words : {std::vector<const char*>{"--help"}, {"setup", "--help"}}) {
    EXPECT_THAT(parse(words).out, HasSubstr("Usage: umbra-totp"));
    EXPECT_EQ(parse(words).exit, Exit::done);
  }
  EXPECT_THAT(parse({"setup", "--help"}).out, HasSubstr("--no-confirm"));
}

TEST(Words, GlobalOptionsBeforeAndAfterTheVerb) {
  for (const std::vector<const char*>& words :
       {std::vector<const char*>{"--socket", "/s", "--json", "--stdin", "setup", "alice"},
        {"setup", "alice", "--socket", "/s", "--json", "--stdin"},
        {"setup", "--json", "--socket=/s", "alice", "--stdin"}}) {
    const Words read = good(words);
    EXPECT_EQ(read.verb, Verb::setup);
    EXPECT_EQ(read.user, "alice");
    EXPECT_EQ(read.socket, "/s");
    EXPECT_TRUE(read.json);
    EXPECT_TRUE(read.from_stdin);
  }
}

TEST(Words, DefaultsAreTheDaemonsAndTheCallers) {
  const Words read = good({"setup"});
  EXPECT_EQ(read.socket, UMBRA_SOCKET_PATH);
  EXPECT_EQ(read.user, "");
  EXPECT_EQ(read.algorithm, 0);
  EXPECT_EQ(read.digits, 0);
  EXPECT_EQ(read.period, 0U);
  EXPECT_EQ(read.qr, QrWish::automatic);
  EXPECT_FALSE(read.json || read.from_stdin || read.no_confirm || read.force || read.code);
}

TEST(Words, SetupOptions) {
  const Words read = good({"setup", "--no-confirm", "--force", "--qr", "utf8", "--png", "f.png", "--algorithm",
                           "sha512", "--digits", "8", "--period", "86400", "bob"});
  EXPECT_TRUE(read.no_confirm);
  EXPECT_TRUE(read.force);
  EXPECT_EQ(read.qr, QrWish::utf8);
  EXPECT_EQ(read.png, "f.png");
  EXPECT_EQ(read.algorithm, 3);
  EXPECT_EQ(read.digits, 8);
  EXPECT_EQ(read.period, 86400U);
  EXPECT_EQ(read.user, "bob");
}

TEST(Words, SetupOptionsOutOfRange) {
  expect_usage({"setup", "--algorithm", "MD5"}, "MD5");
  expect_usage({"setup", "--digits", "5"}, "5");
  expect_usage({"setup", "--digits", "9"}, "9");
  expect_usage({"setup", "--period", "0"}, "0");
  expect_usage({"setup", "--period", "86401"}, "86401");
  expect_usage({"setup", "--period", "-1"});
  expect_usage({"setup", "--qr", "svg"}, "svg");
  expect_usage({"setup", "alice", "bob"}, "bob");
  expect_usage({"setup", "--frob"}, "frob");
}

TEST(Words, DevicesToAddAndToTakeAway) {
  const Words added = good({"setup", "alice", "--add", "work phone"});
  EXPECT_EQ(added.device, "work phone");
  EXPECT_EQ(added.user, "alice");
  const Words gone = good({"disable", "--device", "tablet"});
  EXPECT_EQ(gone.device, "tablet");
  EXPECT_EQ(gone.user, "");
  EXPECT_EQ(good({"disable", "tablet"}).user, "tablet") << "whose word that is, is settled later";
  EXPECT_EQ(good({"setup"}).device, "");
  for (const char* name : {"", "a/b", "-x", " x", "a\x1b[1mb", "t\xC3\xA9l"}) {
    expect_usage({"setup", "--add", name});
    expect_usage({"disable", "--device", name});
  }
  const std::string long_name(33, 'n');
  expect_usage({"setup", "--add", long_name.c_str()}, "1 to 32");
}

TEST(Words, TwoAreUserAndCode) {
  for (const char* verb : {"confirm", "verify"}) {
    const Words read = good({verb, "alice", "123456"});
    EXPECT_EQ(read.user, "alice");
    EXPECT_EQ(read.code, "123456");
  }
  EXPECT_EQ(good({"verify", "alice", "no code"}).code, "no code");
}

TEST(Words, OneIsTheCode) {
  for (const char* code : {"123456", "ABCD-1234"}) {
    const Words read = good({"verify", code});
    EXPECT_EQ(read.user, "");
    EXPECT_EQ(read.code, code);
  }
}

TEST(Words, NoneIsAskedFor) {
  const Words read = good({"confirm"});
  EXPECT_EQ(read.user, "");
  EXPECT_EQ(read.code, std::nullopt);
}

TEST(Words, OneThatIsNoCodeIsUsage) {
  expect_usage({"confirm", "alice"}, "say USER CODE, or the code alone");
  expect_usage({"verify", "alice", "--stdin"}, "say USER CODE, or the code alone");
  expect_usage({"verify", "12345"});
  expect_usage({"verify", "a", "b", "c"});
}

TEST(Words, TheOthersTakeOneUser) {
  EXPECT_EQ(good({"status", "alice"}).verb, Verb::status);
  EXPECT_EQ(good({"status", "alice"}).user, "alice");
  EXPECT_EQ(good({"status"}).user, "");
  EXPECT_EQ(good({"unlock", "alice"}).verb, Verb::unlock);
  EXPECT_EQ(good({"remove", "alice"}).verb, Verb::remove);
  EXPECT_EQ(good({"list"}).verb, Verb::list);
  expect_usage({"unlock"}, "USER");
  expect_usage({"remove"}, "USER");
  expect_usage({"list", "alice"}, "alice");
}

TEST(Words, AUserMayBeCalledLikeAVerb) {
  const Words read = good({"status", "list"});
  EXPECT_EQ(read.verb, Verb::status);
  EXPECT_EQ(read.user, "list");
}

TEST(Words, NamesAndPathsHaveALength) {
  const std::string name(255, 'n'), long_name(256, 'n'), path(107, 'p'), long_path(108, 'p');
  EXPECT_EQ(good({"status", name.c_str()}).user, name);
  EXPECT_EQ(good({"status", "--socket", path.c_str()}).socket, path);
  expect_usage({"status", long_name.c_str()});
  expect_usage({"status", ""});
  expect_usage({"verify", long_name.c_str(), "123456"});
  expect_usage({"verify", "", "123456"});
  expect_usage({"status", "--socket", long_path.c_str()});
  expect_usage({"status", "--socket", ""});
}

TEST(Words, AnUnknownVerbIsNamedWithoutItsControlBytes) { expect_usage({"fr\x1b[1mob"}, "fr?[1mob"); }

}  // namespace
}  // namespace umbra
