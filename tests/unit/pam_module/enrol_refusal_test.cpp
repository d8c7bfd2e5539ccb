// Enrolment inside the login as it goes wrong: every way in which it ends without a login.
#include <gtest/gtest.h>

#include "tests/unit/pam_module/enrol_scene.hpp"

namespace umbra::test {
namespace {

using std::string;

TEST(Enrol, WrongCodesAreAskedForAgainThreeInAll) {
  EnrolScene scene;
  scene.offers();
  scene.host.answers = {"000000", "000001", "000002", "123456"};
  for (int i = 0; i < 3; ++i) scene.daemon.refuses(false, 1);
  EXPECT_EQ(scene.authenticate(), Outcome::refused);
  ASSERT_EQ(scene.host.prompts.size(), 3U);
  EXPECT_EQ(scene.shown(1), kAgain);
  EXPECT_EQ(scene.shown(2), kAgain);
  EXPECT_EQ(scene.heard(2), "000002");
  EXPECT_FALSE(scene.host.token_text);
  EXPECT_TRUE(scene.host.infos.empty()) << "the prompt has said it";
  EXPECT_EQ(scene.host.count(Weight::notice), 1U);
}

TEST(Enrol, ALockEndsItAtOnce) {
  EnrolScene scene;
  scene.offers();
  scene.host.answers = {"000000", "123456"};
  scene.daemon.refuses(true);
  EXPECT_EQ(scene.authenticate(), Outcome::refused);
  EXPECT_EQ(scene.host.prompts.size(), 1U);
  ASSERT_EQ(scene.host.errors.size(), 1U);
  EXPECT_TRUE(has(scene.host.errors[0], "temporarily locked"));
}

TEST(Enrol, NoAnswerAndThePasswordEndIt) {
  for (const auto& answer : {std::optional<string>(), std::optional<string>(""), std::optional<string>("  "),
                             std::optional<string>("correct horse")}) {
    EnrolScene scene;
    scene.offers();
    scene.host.answers = {answer, "123456"};
    scene.daemon.refuses();
    EXPECT_EQ(scene.authenticate(), Outcome::refused);
    EXPECT_EQ(scene.host.prompts.size(), 1U);
    ASSERT_EQ(scene.daemon.verifies.size(), 1U);
    EXPECT_EQ(scene.heard(), "") << "which is never charged";
  }
}

TEST(Enrol, AnAbortedConversationSendsNothing) {
  EnrolScene scene;
  scene.offers();
  EXPECT_EQ(scene.authenticate(), Outcome::conversation_failed);
  EXPECT_TRUE(scene.daemon.verifies.empty());

  EnrolScene later;
  later.offers();
  later.host.answers = {"000000"};
  later.daemon.refuses();
  EXPECT_EQ(later.authenticate(), Outcome::conversation_failed);
  EXPECT_EQ(later.daemon.verifies.size(), 1U);
}

TEST(Enrol, FiveRedrawsInAll) {
  EnrolScene scene;
  scene.offers();
  scene.host.answers = {"i", "i", "i", "000000", "i", "i", "i", "123456"};
  scene.daemon.refuses();
  EXPECT_EQ(scene.authenticate(), Outcome::refused);
  EXPECT_EQ(scene.host.prompts.size(), 7U);
  EXPECT_EQ(scene.daemon.verifies.size(), 1U);
}

TEST(Enrol, UseFirstPassMayNotPromptAndIsRefused) {
  EnrolScene scene;
  scene.options.first_pass = FirstPass::only;
  scene.options.logging = Logging::quiet;
  scene.host.answers = {"123456"};
  EXPECT_EQ(scene.authenticate(), Outcome::refused);
  EXPECT_TRUE(scene.host.prompts.empty() && scene.daemon.enrols.empty());
  EXPECT_EQ(scene.host.count(Weight::error), 1U);
}

TEST(Enrol, ADaemonThatCannotBeHeard) {
  for (const auto error : {ChannelError::absent, ChannelError::not_trusted, ChannelError::timeout, ChannelError::closed,
                           ChannelError::broken}) {
    EnrolScene at_enrol;
    at_enrol.daemon.enrol_script.push_back({.error = error});
    EXPECT_EQ(at_enrol.authenticate(), Outcome::unavailable);
    EXPECT_TRUE(at_enrol.host.prompts.empty());

    EnrolScene at_verify;
    at_verify.offers();
    at_verify.host.answers = {"123456", ""};
    at_verify.daemon.verify_script.push_back({.error = error});
    EXPECT_EQ(at_verify.authenticate(), Outcome::unavailable);
    EXPECT_EQ(at_verify.host.prompts.size(), 1U);
  }
}

TEST(Enrol, EveryStatusButOk) {
  for (std::uint8_t raw = 1; raw <= static_cast<std::uint8_t>(wire::kLastStatus); ++raw) {
    const auto status = static_cast<wire::Status>(raw);
    const auto expected = status == wire::Status::not_permitted ? Outcome::refused : Outcome::unavailable;
    EnrolScene at_enrol;
    at_enrol.daemon.enrol_script.push_back({.status = status});
    EXPECT_EQ(at_enrol.authenticate(), expected) << int{raw};
    EXPECT_TRUE(at_enrol.host.prompts.empty());

    EnrolScene at_verify;
    at_verify.offers();
    at_verify.host.answers = {"123456", "123456"};
    at_verify.daemon.verify_script.push_back({.status = status});
    EXPECT_EQ(at_verify.authenticate(), expected) << int{raw};
    EXPECT_EQ(at_verify.host.prompts.size(), 1U) << "no verdict, no second try";
    EXPECT_FALSE(at_verify.host.token_text);
  }
}

TEST(Enrol, VerdictsThatMakeNoSense) {
  for (const auto& reply : {wire::VerifyReply{true, false, wire::kAttemptsNotTold, ""},
                            wire::VerifyReply{false, false, wire::kAttemptsNotTold, "token"},
                            wire::VerifyReply{true, true, wire::kAttemptsNotTold, "token"}}) {
    EnrolScene scene;
    scene.offers();
    scene.host.answers = {"123456", ""};
    scene.daemon.verify_script.push_back({.reply = reply});
    EXPECT_EQ(scene.authenticate(), Outcome::unavailable);
    EXPECT_FALSE(scene.host.token_text);
  }
}

TEST(Enrol, AnOfferThatMakesNoSenseIsNotShown) {
  EnrolScene scene;
  scene.offer.secret.clear();
  scene.offers();
  scene.host.answers = {"123456", ""};
  EXPECT_EQ(scene.authenticate(), Outcome::unavailable);
  EXPECT_TRUE(scene.host.prompts.empty());
}

}  // namespace
}  // namespace umbra::test
