// Every word of pam_umbra_totp(8), and what is not a word.
#include "pam_module/options.hpp"

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>
#include <vector>

namespace umbra {
namespace {

struct Parsed {
  explicit Parsed(std::initializer_list<std::string> list) : words(list) {
    for (const auto& word : words) argv.push_back(word.c_str());
    bad = parse_options(static_cast<int>(argv.size()), argv.data(), options);
  }
  std::vector<std::string> words;
  std::vector<const char*> argv;
  Options options;
  const char* bad = nullptr;
};

TEST(Options, NoWordsAreTheDefaults) {
  Options options;
  EXPECT_EQ(parse_options(0, nullptr, options), nullptr);
  EXPECT_FALSE(options.nullok || options.after_password || options.echo || options.forward_pass || options.no_enrol);
  EXPECT_EQ(options.role, Role::code);
  EXPECT_EQ(options.first_pass, FirstPass::no);
  EXPECT_EQ(options.logging, Logging::normal);
  EXPECT_EQ(options.socket, nullptr);
  EXPECT_EQ(options.timeout_ms, 5000);
  EXPECT_STREQ(options.question(), "Verification code: ");
}

TEST(Options, EveryWordSetsItsOwnField) {
  EXPECT_TRUE(Parsed({"nullok"}).options.nullok);
  EXPECT_TRUE(Parsed({"after_password"}).options.after_password);
  EXPECT_TRUE(Parsed({"echo"}).options.echo);
  EXPECT_TRUE(Parsed({"forward_pass"}).options.forward_pass);
  EXPECT_TRUE(Parsed({"no_enrol"}).options.no_enrol);
  EXPECT_EQ(Parsed({"try_first_pass"}).options.first_pass, FirstPass::attempt);
  EXPECT_EQ(Parsed({"use_first_pass"}).options.first_pass, FirstPass::only);
  EXPECT_EQ(Parsed({"debug"}).options.logging, Logging::debug);
  EXPECT_EQ(Parsed({"quiet"}).options.logging, Logging::quiet);
  EXPECT_STREQ(Parsed({"prompt=Code, please: "}).options.prompt, "Code, please: ");
  EXPECT_STREQ(Parsed({"socket=/run/other"}).options.socket, "/run/other");
  EXPECT_EQ(Parsed({"timeout=1"}).options.timeout_ms, 1000);
  EXPECT_EQ(Parsed({"timeout=60"}).options.timeout_ms, 60000);
}

TEST(Options, EveryWordIsWell) {
  const Parsed all({"nullok", "after_password", "prompt=x", "echo", "try_first_pass", "use_first_pass", "forward_pass",
                    "no_enrol", "socket=/s", "timeout=2", "debug", "quiet"});
  EXPECT_EQ(all.bad, nullptr);
  EXPECT_EQ(all.options.first_pass, FirstPass::only) << "the last of two that contradict each other counts";
  EXPECT_EQ(all.options.logging, Logging::quiet);
}

TEST(Options, ForwardPassAsksForBothUnlessAPromptIsGiven) {
  EXPECT_STREQ(Parsed({"forward_pass"}).options.question(), "Password and verification code: ");
  EXPECT_STREQ(Parsed({"forward_pass", "prompt=Both: "}).options.question(), "Both: ");
}

TEST(Options, ALineHasOneRole) {
  EXPECT_EQ(Parsed({"preauth"}).options.role, Role::preauth);
  EXPECT_EQ(Parsed({"authfail"}).options.role, Role::authfail);
  EXPECT_EQ(Parsed({"quiet", "preauth", "socket=/s", "preauth"}).bad, nullptr);
  EXPECT_STREQ(Parsed({"preauth", "quiet", "authfail"}).bad, "authfail");
  EXPECT_STREQ(Parsed({"authfail", "preauth"}).bad, "preauth");
}

class BadOption : public testing::TestWithParam<std::string> {};

TEST_P(BadOption, IsNamed) {
  const Parsed parsed({"nullok", GetParam(), "echo"});
  ASSERT_NE(parsed.bad, nullptr);
  EXPECT_EQ(std::string(parsed.bad), GetParam());
}

INSTANTIATE_TEST_SUITE_P(Unknown, BadOption,
                         testing::Values("", "nullOK", "nullok=1", "nullok ", "preauth=1", "Authfail", "no_enroll",
                                         "prompt", "socket", "timeout", "=", "debug=1", "umbra"));
INSTANTIATE_TEST_SUITE_P(Malformed, BadOption,
                         testing::Values("prompt=", "prompt=[]", "prompt=[", "prompt=a\nb", "prompt=\x1b[31m",
                                         "prompt=\x7f", "socket=", "socket=relative", "timeout=", "timeout=0",
                                         "timeout=61", "timeout=-1", "timeout=+5", "timeout=5s", "timeout=5.0",
                                         "timeout= 5", "timeout=0x5", "timeout=99999999999999999999",
                                         "prompt=" + std::string(512, 'x'), "socket=/" + std::string(107, 'x')));

TEST(Options, APromptWithSpacesMayBeWrittenBothWays) {
  EXPECT_STREQ(Parsed({"prompt=Your code: "}).options.prompt, "Your code: ") << "from [prompt=Your code: ]";
  const Parsed cut({"prompt=[Your", "code:", "]", "echo"});
  EXPECT_EQ(cut.bad, nullptr);
  EXPECT_STREQ(cut.options.prompt, "Your code: ");
  EXPECT_TRUE(cut.options.echo);
  EXPECT_STREQ(Parsed({"prompt=[Code]"}).options.prompt, "Code");
  EXPECT_STREQ(Parsed({"prompt=[one", "two]"}).options.prompt, "one two");
  EXPECT_STREQ(Parsed({"prompt=first", "prompt=[second]"}).options.prompt, "second");
}

TEST(Options, APromptWithoutItsLastBracketIsNamed) {
  EXPECT_STREQ(Parsed({"prompt=[Your", "code:"}).bad, "prompt=[Your");
  EXPECT_STREQ(Parsed({"prompt=[" + std::string(300, 'x'), std::string(300, 'x') + "]"}).bad,
               ("prompt=[" + std::string(300, 'x')).c_str());
}

TEST(Options, TextsMayBeAsLongAsTheirLimit) {
  EXPECT_EQ(Parsed({"prompt=" + std::string(511, 'x')}).bad, nullptr);
  EXPECT_EQ(Parsed({"socket=/" + std::string(106, 'x')}).bad, nullptr);
}

}  // namespace
}  // namespace umbra
