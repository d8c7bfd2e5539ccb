// The auth phase as it goes well: what is asked, sent, shown and kept.
#include <gtest/gtest.h>

#include "tests/unit/pam_module/fakes.hpp"

namespace umbra::test {
namespace {

TEST(Login, AcceptedCodeIsASuccessAndItsTokenIsKept) {
  Scene scene;
  scene.host.answers = {"123456"};
  scene.daemon.asks("the challenge");
  scene.daemon.accepts("the token");
  EXPECT_EQ(scene.authenticate(), Outcome::success);
  EXPECT_EQ(scene.host.token_text, "the token");
  ASSERT_EQ(scene.host.prompts.size(), 1U);
  EXPECT_EQ(scene.host.prompts[0].text, "Verification code: ");
  EXPECT_FALSE(scene.host.prompts[0].echo);
  ASSERT_EQ(scene.daemon.verifies.size(), 1U);
  EXPECT_EQ(scene.daemon.verifies[0].challenge, "the challenge");
  EXPECT_EQ(scene.heard(), "123456");
  EXPECT_TRUE(scene.host.infos.empty());
  EXPECT_TRUE(scene.host.errors.empty());
  EXPECT_FALSE(scene.host.password_text) << "a code is nobody's password";
}

TEST(Login, BeginTellsWhatTheProgramSays) {
  Scene scene;
  scene.options.nullok = true;
  scene.host.answers = {"1"};
  scene.daemon.asks();
  scene.daemon.refuses();
  scene.authenticate();
  ASSERT_EQ(scene.daemon.begins.size(), 1U);
  const auto& begun = scene.daemon.begins[0];
  EXPECT_EQ(begun.user, "zoe_the_user");
  EXPECT_EQ(begun.service, "sshd");
  EXPECT_EQ(begun.tty, "ssh");
  EXPECT_EQ(begun.rhost, "192.0.2.7");
  EXPECT_TRUE(begun.nullok);
}

TEST(Login, NullokIsOffUnlessAsked) {
  Scene scene;
  scene.host.answers = {"1"};
  scene.daemon.asks();
  scene.daemon.refuses();
  scene.authenticate();
  EXPECT_FALSE(scene.daemon.begins.at(0).nullok);
}

TEST(Login, OneIdForOneConversationAnotherForTheNext) {
  Scene scene;
  for (int i = 0; i < 2; ++i) {
    scene.host.answers.push_back("123456");
    scene.daemon.asks();
    scene.daemon.accepts();
    EXPECT_EQ(scene.authenticate(), Outcome::success);
  }
  ASSERT_EQ(scene.daemon.verifies.size(), 2U);
  EXPECT_EQ(scene.daemon.begins[0].id, scene.daemon.verifies[0].id);
  EXPECT_EQ(scene.daemon.begins[1].id, scene.daemon.verifies[1].id);
  EXPECT_FALSE(scene.daemon.begins[0].id == scene.daemon.begins[1].id);
  EXPECT_FALSE(scene.daemon.begins[0].id == wire::RequestId{});
}

TEST(Login, NothingAskedIsIgnoredWithoutAPrompt) {
  Scene scene;
  scene.daemon.asks_nothing();
  EXPECT_EQ(scene.authenticate(), Outcome::ignore);
  EXPECT_TRUE(scene.host.prompts.empty());
  EXPECT_FALSE(scene.host.token_text);
}

TEST(Login, PromptAndEchoAreTheAdministrators) {
  Scene scene;
  std::strcpy(scene.options.prompt, "100 %s of the code: ");
  scene.options.echo = true;
  scene.host.answers = {"1"};
  scene.daemon.asks();
  scene.daemon.refuses();
  scene.authenticate();
  ASSERT_EQ(scene.host.prompts.size(), 1U);
  EXPECT_EQ(scene.host.prompts[0].text, "100 %s of the code: ");
  EXPECT_TRUE(scene.host.prompts[0].echo);
}

TEST(Login, NamesThatAreTooLongAreAskedForAsNobody) {
  Scene scene;
  scene.host.user_name = std::string(wire::kMaxUser + 1, 'u');
  scene.host.answers = {"123456"};
  scene.daemon.asks();
  scene.daemon.refuses();
  EXPECT_EQ(scene.authenticate(), Outcome::refused);
  EXPECT_EQ(scene.daemon.begins.at(0).user, "");
  EXPECT_EQ(scene.host.prompts.size(), 1U) << "it must look like any other login";
}

TEST(Login, NamesGoAsTheyAre) {
  for (const auto& name : {std::string(wire::kMaxUser, 'u'), std::string(), std::string("a\nb\x1b[2J\xff")}) {
    Scene scene;
    scene.host.user_name = name;
    scene.host.answers = {"123456"};
    scene.daemon.asks();
    scene.daemon.refuses();
    EXPECT_EQ(scene.authenticate(), Outcome::refused);
    EXPECT_EQ(scene.daemon.begins.at(0).user, name);
  }
}

TEST(Login, TerminalAndSourceLoseWhatDoesNotFit) {
  Scene scene;
  scene.host.tty_name = std::string(wire::kMaxTty + 9, 't');
  scene.host.rhost_name = std::string(wire::kMaxRhost + 9, 'r');
  scene.host.answers = {"123456"};
  scene.daemon.asks();
  scene.daemon.refuses();
  scene.authenticate();
  EXPECT_EQ(scene.daemon.begins.at(0).tty, std::string(wire::kMaxTty, 't'));
  EXPECT_EQ(scene.daemon.begins.at(0).rhost, std::string(wire::kMaxRhost, 'r'));
}

TEST(Login, TerminalAndSourceMayBeMissing) {
  Scene scene;
  scene.host.tty_name = scene.host.rhost_name = "";
  scene.host.answers = {"123456"};
  scene.daemon.asks();
  scene.daemon.accepts();
  EXPECT_EQ(scene.authenticate(), Outcome::success);
}

TEST(Login, ATokenThatCannotBeKeptIsNoReasonToRefuse) {
  Scene scene;
  scene.host.out_of_memory = true;
  scene.host.answers = {"123456"};
  scene.daemon.asks();
  scene.daemon.accepts();
  EXPECT_EQ(scene.authenticate(), Outcome::success);
  EXPECT_EQ(scene.host.count(Weight::error), 1U);
}

TEST(Login, AnOlderSuccessDoesNotOutliveANewAttempt) {
  Scene scene;
  scene.host.token_text = "of the user before";
  scene.host.answers = {"000000"};
  scene.daemon.asks();
  scene.daemon.refuses();
  EXPECT_EQ(scene.authenticate(), Outcome::refused);
  EXPECT_FALSE(scene.host.token_text);
}

TEST(Login, LogsAsMuchAsWasAskedFor) {
  for (const auto logging : {Logging::quiet, Logging::normal, Logging::debug}) {
    Scene scene;
    scene.options.logging = logging;
    scene.host.answers = {"123456", "000000"};
    scene.daemon.asks();
    scene.daemon.accepts();
    EXPECT_EQ(scene.authenticate(), Outcome::success);
    EXPECT_EQ(scene.host.count(Weight::debug), logging == Logging::debug ? 1U : 0U);
    scene.daemon.asks();
    scene.daemon.refuses();
    EXPECT_EQ(scene.authenticate(), Outcome::refused);
    EXPECT_EQ(scene.host.count(Weight::notice), logging == Logging::quiet ? 0U : 1U);
    scene.daemon.begin_script.push_back({.error = ChannelError::absent});
    EXPECT_EQ(scene.authenticate(), Outcome::unavailable);
    EXPECT_EQ(scene.host.count(Weight::error), 1U) << "a daemon that is away is always told";
  }
}

}  // namespace
}  // namespace umbra::test
