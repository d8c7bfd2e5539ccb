// try_first_pass, use_first_pass and forward_pass.
#include <gtest/gtest.h>

#include "tests/unit/pam_module/fakes.hpp"

namespace umbra::test {
namespace {

Scene scene_with(FirstPass first_pass, std::optional<std::string> password) {
  Scene scene;
  scene.options.first_pass = first_pass;
  scene.host.password_text = std::move(password);
  scene.daemon.asks("first challenge");
  return scene;
}

TEST(TryFirstPass, TakesTheCodeWithoutAPrompt) {
  Scene scene = scene_with(FirstPass::attempt, "123456");
  scene.daemon.accepts();
  EXPECT_EQ(scene.authenticate(), Outcome::success);
  EXPECT_EQ(scene.heard(), "123456");
  EXPECT_TRUE(scene.host.prompts.empty());
}

TEST(TryFirstPass, PromptsOnANewChallengeWhereThatWasRefused) {
  Scene scene = scene_with(FirstPass::attempt, "111111");
  scene.options.after_password = true;
  scene.host.answers = {"222222"};
  scene.daemon.refuses();
  scene.daemon.asks("second challenge");
  scene.daemon.accepts();
  EXPECT_EQ(scene.authenticate(), Outcome::success);
  ASSERT_EQ(scene.daemon.verifies.size(), 2U);
  EXPECT_EQ(scene.heard(0), "111111");
  EXPECT_EQ(scene.heard(1), "222222");
  EXPECT_EQ(scene.daemon.verifies[1].challenge, "second challenge");
  EXPECT_EQ(scene.daemon.begins[1].id, scene.daemon.verifies[1].id);
  EXPECT_FALSE(scene.daemon.verifies[0].id == scene.daemon.verifies[1].id);
}

TEST(TryFirstPass, PromptsAtOnceWhereThereIsNoCode) {
  for (const auto& password :
       {std::optional<std::string>(), std::optional<std::string>(""), std::optional<std::string>("correct horse")}) {
    Scene scene = scene_with(FirstPass::attempt, password);
    scene.host.answers = {"222222"};
    scene.daemon.accepts();
    EXPECT_EQ(scene.authenticate(), Outcome::success);
    EXPECT_EQ(scene.daemon.verifies.size(), 1U) << "a password is not sent as a code";
    EXPECT_EQ(scene.heard(), "222222");
    EXPECT_EQ(scene.daemon.begins.size(), 1U);
  }
}

TEST(TryFirstPass, ADaemonThatWentAwayEndsIt) {
  Scene scene = scene_with(FirstPass::attempt, "111111");
  scene.host.answers = {"222222"};
  scene.daemon.verify_script.push_back({.error = ChannelError::timeout});
  EXPECT_EQ(scene.authenticate(), Outcome::unavailable);
  EXPECT_TRUE(scene.host.prompts.empty());
}

TEST(TryFirstPass, NothingAskedStillEndsIt) {
  Scene scene = scene_with(FirstPass::attempt, "111111");
  scene.daemon.begin_script.clear();
  scene.daemon.asks_nothing();
  EXPECT_EQ(scene.authenticate(), Outcome::ignore);
}

TEST(UseFirstPass, NeverPrompts) {
  for (const auto& [password, heard] :
       std::vector<std::pair<std::optional<std::string>, std::string>>{{std::nullopt, ""},
                                                                       {"", ""},
                                                                       {"111111", "111111"},
                                                                       {"correct horse", "correct horse"},
                                                                       {"\b\n\r\177INCORRECT", "\b\n\r\177"}}) {
    Scene scene = scene_with(FirstPass::only, password);
    scene.host.answers = {"222222"};
    scene.daemon.refuses();
    EXPECT_EQ(scene.authenticate(), Outcome::refused);
    EXPECT_EQ(scene.heard(), heard);
    EXPECT_TRUE(scene.host.prompts.empty());
  }
}

TEST(UseFirstPass, AcceptsTheCode) {
  Scene scene = scene_with(FirstPass::only, "111111");
  scene.daemon.accepts();
  EXPECT_EQ(scene.authenticate(), Outcome::success);
}

TEST(ForwardPass, SplitsPasswordAndCode) {
  Scene scene;
  scene.options.forward_pass = true;
  scene.host.answers = {"correct horse123456"};
  scene.daemon.asks();
  scene.daemon.accepts();
  EXPECT_EQ(scene.authenticate(), Outcome::success);
  EXPECT_EQ(scene.host.prompts.at(0).text, "Password and verification code: ");
  EXPECT_EQ(scene.heard(), "123456");
  EXPECT_EQ(scene.host.password_text, "correct horse");
}

TEST(ForwardPass, CutsByTheDigitsThatTheDaemonTells) {
  Scene scene;
  scene.options.forward_pass = true;
  scene.host.answers = {"horse12345678"};
  scene.daemon.asks("challenge", 8);
  scene.daemon.accepts();
  EXPECT_EQ(scene.authenticate(), Outcome::success);
  EXPECT_EQ(scene.heard(), "12345678");
  EXPECT_EQ(scene.host.password_text, "horse");
}

TEST(ForwardPass, ForwardsThePasswordWhateverTheVerdict) {
  for (const std::string typed : {"horse000000", "horse"}) {
    Scene scene;
    scene.options.forward_pass = true;
    scene.host.answers = {typed};
    scene.daemon.asks();
    scene.daemon.refuses();
    EXPECT_EQ(scene.authenticate(), Outcome::refused);
    EXPECT_EQ(scene.heard(), typed == "horse" ? "" : "000000");
    EXPECT_EQ(scene.host.password_text, "horse");
  }
}

TEST(ForwardPass, SurvivesAnEmptyAndAHugeAnswer) {
  Scene scene;
  scene.options.forward_pass = true;
  const std::string huge(1 << 20, 'x');
  scene.host.answers = {std::nullopt, huge + "123456"};
  for (int i = 0; i < 2; ++i) {
    scene.daemon.asks();
    scene.daemon.refuses();
    EXPECT_EQ(scene.authenticate(), Outcome::refused);
  }
  EXPECT_EQ(scene.heard(0), "");
  EXPECT_EQ(scene.heard(1), "123456");
  EXPECT_EQ(scene.host.password_text, huge);
}

TEST(ForwardPass, APasswordThatCannotBeForwardedIsNoLogin) {
  Scene scene;
  scene.options.forward_pass = true;
  scene.host.out_of_memory = true;
  scene.host.answers = {"horse123456"};
  scene.daemon.asks();
  EXPECT_EQ(scene.authenticate(), Outcome::unavailable);
  EXPECT_TRUE(scene.daemon.verifies.empty());
}

TEST(ForwardPass, WithUseFirstPassSplitsWhatIsThere) {
  Scene scene = scene_with(FirstPass::only, "horse123456");
  scene.options.forward_pass = true;
  scene.daemon.accepts();
  EXPECT_EQ(scene.authenticate(), Outcome::success);
  EXPECT_EQ(scene.heard(), "123456");
  EXPECT_EQ(scene.host.password_text, "horse");
}

TEST(ForwardPass, WithTryFirstPassPromptsForBothWhereThereIsNoCode) {
  Scene scene = scene_with(FirstPass::attempt, "horse");
  scene.options.forward_pass = true;
  scene.host.answers = {"camel123456"};
  scene.daemon.accepts();
  EXPECT_EQ(scene.authenticate(), Outcome::success);
  EXPECT_EQ(scene.host.prompts.size(), 1U);
  EXPECT_EQ(scene.host.password_text, "camel");
}

}  // namespace
}  // namespace umbra::test
