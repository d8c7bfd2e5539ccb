// The auth phase as it goes wrong: answers nobody can use, conversations that fail, daemons that are away or lie.
#include <gtest/gtest.h>

#include "tests/unit/pam_module/fakes.hpp"

namespace umbra::test {
namespace {

// Asks, gets `answer`, has it refused: what the daemon heard.
std::string heard_for(std::optional<std::string> answer) {
  Scene scene;
  scene.host.answers = {std::move(answer)};
  scene.daemon.asks();
  scene.daemon.refuses();
  EXPECT_EQ(scene.authenticate(), Outcome::refused);
  EXPECT_FALSE(scene.host.token_text);
  EXPECT_TRUE(scene.host.infos.empty() && scene.host.errors.empty());
  return scene.heard();
}

TEST(Refusal, EveryAnswerGoesToTheDaemonWithinTheLimits) {
  EXPECT_EQ(heard_for("000000"), "000000");
  EXPECT_EQ(heard_for(std::nullopt), "") << "su at the end of its input";
  EXPECT_EQ(heard_for(""), "");
  EXPECT_EQ(heard_for(std::string(1 << 20, '1')), wire::kMalformedAnswer);
  EXPECT_EQ(heard_for("123\x01"
                      "456"),
            wire::kMalformedAnswer);
  EXPECT_EQ(heard_for("\b\n\r\177INCORRECT"), wire::kJunkAnswer);
}

TEST(Refusal, ThePasswordIsNotSentAsACode) {
  Scene scene;
  scene.host.password_text = "correct horse";
  scene.host.answers = {"correct horse"};
  scene.daemon.asks();
  scene.daemon.refuses();
  EXPECT_EQ(scene.authenticate(), Outcome::refused);
  EXPECT_EQ(scene.heard(), "");
  EXPECT_EQ(scene.host.password_text, "correct horse");
}

TEST(Refusal, NobodyToAsk) {
  Scene scene;
  scene.daemon.asks();
  EXPECT_EQ(scene.authenticate(), Outcome::conversation_failed);
  EXPECT_TRUE(scene.daemon.verifies.empty()) << "a broken conversation is no attempt";
}

TEST(Refusal, NobodyToAskForTheName) {
  Scene scene;
  scene.host.user_name.reset();
  EXPECT_EQ(scene.authenticate(), Outcome::conversation_failed);
  EXPECT_TRUE(scene.daemon.begins.empty());
}

TEST(Refusal, AServiceThatNoRuleCouldName) {
  for (const auto& name : {std::string(), std::string(wire::kMaxService + 1, 's')}) {
    Scene scene;
    scene.host.service_name = name;
    EXPECT_EQ(scene.authenticate(), Outcome::misconfigured);
    EXPECT_EQ(scene.host.count(Weight::error), 1U);
  }
}

TEST(Refusal, ADaemonThatCannotBeHeard) {
  for (const auto error : {ChannelError::absent, ChannelError::not_trusted, ChannelError::timeout, ChannelError::closed,
                           ChannelError::broken}) {
    Scene at_begin;
    at_begin.options.nullok = true;
    at_begin.daemon.begin_script.push_back({.error = error});
    EXPECT_EQ(at_begin.authenticate(), Outcome::unavailable);
    EXPECT_TRUE(at_begin.host.prompts.empty());

    Scene at_verify;
    at_verify.options.nullok = true;
    at_verify.host.answers = {"123456"};
    at_verify.daemon.asks();
    at_verify.daemon.verify_script.push_back({.error = error});
    EXPECT_EQ(at_verify.authenticate(), Outcome::unavailable);
    EXPECT_FALSE(at_verify.host.token_text);
  }
}

TEST(Refusal, EveryStatusButOk) {
  for (std::uint8_t raw = 1; raw <= static_cast<std::uint8_t>(wire::Status::nothing_pending); ++raw) {
    const auto status = static_cast<wire::Status>(raw);
    const auto expected = status == wire::Status::not_permitted ? Outcome::refused : Outcome::unavailable;
    Scene at_begin;
    at_begin.options.nullok = true;
    at_begin.daemon.begin_script.push_back({.status = status});
    EXPECT_EQ(at_begin.authenticate(), expected) << int{raw};

    Scene at_verify;
    at_verify.host.answers = {"123456"};
    at_verify.daemon.asks();
    at_verify.daemon.verify_script.push_back({.status = status});
    EXPECT_EQ(at_verify.authenticate(), expected) << int{raw};
    EXPECT_FALSE(at_verify.host.token_text);
  }
}

TEST(Refusal, ChallengesThatMakeNoSense) {
  const auto code = static_cast<std::uint8_t>(wire::Ask::code);
  const auto nothing = static_cast<std::uint8_t>(wire::Ask::nothing);
  const std::string too_long(wire::kMaxToken + 1, 'c');
  for (const auto& reply :
       {wire::BeginReply{0, 6, "challenge"}, wire::BeginReply{3, 6, "challenge"}, wire::BeginReply{255, 6, ""},
        wire::BeginReply{0, 0, ""}, wire::BeginReply{code, 6, ""}, wire::BeginReply{nothing, 6, "challenge"},
        wire::BeginReply{code, 5, "challenge"}, wire::BeginReply{code, 9, "challenge"},
        wire::BeginReply{code, 0, "challenge"}, wire::BeginReply{code, 6, too_long}}) {
    Scene scene;
    scene.options.nullok = true;
    scene.daemon.begin_script.push_back({.reply = reply});
    EXPECT_EQ(scene.authenticate(), Outcome::unavailable) << int{reply.ask} << " " << reply.challenge;
    EXPECT_TRUE(scene.host.prompts.empty());
  }
}

TEST(Refusal, VerdictsThatMakeNoSense) {
  for (const auto& reply : {wire::VerifyReply{true, false, wire::kAttemptsNotTold, ""},
                            wire::VerifyReply{false, false, wire::kAttemptsNotTold, "token"},
                            wire::VerifyReply{true, true, wire::kAttemptsNotTold, "token"}}) {
    Scene scene;
    scene.host.answers = {"123456"};
    scene.daemon.asks();
    scene.daemon.verify_script.push_back({.reply = reply});
    EXPECT_EQ(scene.authenticate(), Outcome::unavailable);
    EXPECT_FALSE(scene.host.token_text);
  }
}

// What is shown after a refusal with `left` attempts.
std::vector<std::string> shown(bool after_password, bool locked, std::uint8_t left, Logging logging = Logging::normal) {
  Scene scene;
  scene.options.after_password = after_password;
  scene.options.logging = logging;
  scene.host.answers = {"000000"};
  scene.daemon.asks();
  scene.daemon.refuses(locked, left);
  EXPECT_EQ(scene.authenticate(), Outcome::refused);
  auto all = scene.host.infos;
  all.insert(all.end(), scene.host.errors.begin(), scene.host.errors.end());
  return all;
}

TEST(Refusal, TextsNeedThePasswordFirst) {
  using Lines = std::vector<std::string>;
  const Lines locked{"This account is temporarily locked after too many failed attempts. Try again later."};
  EXPECT_EQ(shown(false, true, 0), Lines{});
  EXPECT_EQ(shown(false, false, 2), Lines{});
  EXPECT_EQ(shown(true, true, 0), locked);
  EXPECT_EQ(shown(true, true, 0, Logging::quiet), locked) << "quiet keeps what explains the refusal";
  EXPECT_EQ(shown(true, false, 3), Lines{"That code was not accepted: 3 attempts left."});
  EXPECT_EQ(shown(true, false, 1), Lines{"That code was not accepted: 1 attempt left."});
  EXPECT_EQ(shown(true, false, 3, Logging::quiet), Lines{});
  EXPECT_EQ(shown(true, false, 0), Lines{});
  EXPECT_EQ(shown(true, false, wire::kAttemptsNotTold), Lines{});
}

}  // namespace
}  // namespace umbra::test
