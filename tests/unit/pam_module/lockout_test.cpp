// The lines before and behind the password, and where this module must not be.
#include <gtest/gtest.h>

#include "tests/unit/pam_module/fakes.hpp"

namespace umbra::test {
namespace {

using ChannelErrors = std::vector<ChannelError>;
const ChannelErrors kErrors{ChannelError::absent, ChannelError::not_trusted, ChannelError::timeout,
                            ChannelError::closed, ChannelError::broken};

Scene scene_of(Role role) {
  Scene scene;
  scene.options.role = role;
  scene.options.nullok = scene.options.after_password = true;  // they say nothing here
  scene.host.token_text = "of an attempt before";
  return scene;
}

void say(Scene& scene, ChannelError error, wire::Status status = wire::Status::ok) {
  scene.daemon.preauth_script = {{.error = error, .status = status}};
  scene.daemon.authfail_script = {{.error = error, .status = status}};
}

void expect_silence(const Scene& scene) {
  EXPECT_TRUE(scene.host.prompts.empty());
  EXPECT_TRUE(scene.host.infos.empty());
  EXPECT_TRUE(scene.host.errors.empty());
  EXPECT_TRUE(scene.daemon.begins.empty() && scene.daemon.verifies.empty());
  EXPECT_FALSE(scene.host.token_text) << "an older success must not outlive a new attempt";
}

TEST(Preauth, LockedIsRefusedAndNotLockedIsIgnored) {
  for (const bool locked : {true, false}) {
    Scene scene = scene_of(Role::preauth);
    scene.daemon.preauth_script.push_back({.reply = {locked}});
    EXPECT_EQ(scene.authenticate(), locked ? Outcome::refused : Outcome::ignore);
    EXPECT_EQ(scene.host.count(Weight::notice), locked ? 1U : 0U);
    expect_silence(scene);
  }
}

TEST(LockoutLines, TellWhatTheProgramSays) {
  for (const auto role : {Role::preauth, Role::authfail}) {
    Scene scene = scene_of(role);
    scene.host.tty_name = std::string(wire::kMaxTty + 9, 't');
    scene.host.rhost_name = std::string(wire::kMaxRhost + 9, 'r');
    for (int i = 0; i < 2; ++i) {
      say(scene, ChannelError::none);
      scene.authenticate();
    }
    const auto& told = role == Role::preauth ? scene.daemon.preauths : scene.daemon.authfails;
    ASSERT_EQ(told.size(), 2U);
    EXPECT_EQ(told[0].user, "zoe_the_user");
    EXPECT_EQ(told[0].service, "sshd");
    EXPECT_EQ(told[0].tty, std::string(wire::kMaxTty, 't'));
    EXPECT_EQ(told[0].rhost, std::string(wire::kMaxRhost, 'r'));
    EXPECT_FALSE(told[0].id == wire::RequestId{});
    EXPECT_FALSE(told[0].id == told[1].id) << "two failures are two, not one asked again";
    expect_silence(scene);
  }
}

TEST(LockoutLines, NamesAndServicesAreCheckedAsForACode) {
  for (const auto role : {Role::preauth, Role::authfail}) {
    Scene unknown = scene_of(role);
    unknown.host.user_name.reset();
    EXPECT_EQ(unknown.authenticate(), Outcome::conversation_failed);

    Scene long_name = scene_of(role);
    long_name.host.user_name = std::string(wire::kMaxUser + 1, 'u');
    say(long_name, ChannelError::none);
    long_name.authenticate();
    const auto& told = role == Role::preauth ? long_name.daemon.preauths : long_name.daemon.authfails;
    EXPECT_EQ(told.at(0).user, "");

    for (const auto& name : {std::string(), std::string(wire::kMaxService + 1, 's')}) {
      Scene scene = scene_of(role);
      scene.host.service_name = name;
      EXPECT_EQ(scene.authenticate(), Outcome::misconfigured);
      EXPECT_EQ(scene.host.count(Weight::error), 1U);
    }
  }
}

TEST(LockoutLines, ADaemonThatCannotBeHeard) {
  for (const auto role : {Role::preauth, Role::authfail})
    for (const auto error : kErrors) {
      Scene scene = scene_of(role);
      say(scene, error);
      EXPECT_EQ(scene.authenticate(), Outcome::unavailable);
      EXPECT_EQ(scene.host.count(Weight::error), 1U);
      expect_silence(scene);
    }
}

TEST(LockoutLines, EveryStatusButOk) {
  for (const auto role : {Role::preauth, Role::authfail})
    for (std::uint8_t raw = 1; raw <= static_cast<std::uint8_t>(wire::kLastStatus); ++raw) {
      const auto status = static_cast<wire::Status>(raw);
      Scene scene = scene_of(role);
      say(scene, ChannelError::none, status);
      EXPECT_EQ(scene.authenticate(), status == wire::Status::not_permitted ? Outcome::refused : Outcome::unavailable)
          << int{raw};
      expect_silence(scene);
    }
}

TEST(Authfail, RefusesWhereTheDaemonHeard) {
  Scene scene = scene_of(Role::authfail);
  scene.host.password_text = "correct horse";
  say(scene, ChannelError::none);
  EXPECT_EQ(scene.authenticate(), Outcome::refused);
  EXPECT_EQ(scene.host.password_text, "correct horse");
  EXPECT_TRUE(scene.host.lines.empty()) << "the module of the password has logged it";
  expect_silence(scene);
}

bool typed_with(std::optional<std::string> password) {
  Scene scene = scene_of(Role::authfail);
  scene.host.password_text = std::move(password);
  say(scene, ChannelError::none);
  EXPECT_EQ(scene.authenticate(), Outcome::refused);
  return scene.daemon.authfails.at(0).typed;
}

TEST(Authfail, OnlyWhatSomebodyTypedIsCharged) {
  EXPECT_TRUE(typed_with("x"));
  EXPECT_TRUE(typed_with(" "));
  EXPECT_TRUE(typed_with("\b\n\r")) << "shorter than sshd's";
  EXPECT_TRUE(typed_with("a\b\n\r\177INCORRECT"));
  EXPECT_FALSE(typed_with("\b\n\r\177INCORRECT"));
  EXPECT_FALSE(typed_with("\b\n\r\177"));
  EXPECT_FALSE(typed_with(""));
  EXPECT_FALSE(typed_with(std::nullopt));
}

TEST(AccountLine, RefusesTheWordsOfAuthLines) {
  for (const auto role : {Role::preauth, Role::authfail}) {
    Scene scene = scene_of(role);
    EXPECT_EQ(scene.complete(), Outcome::misconfigured);
    ASSERT_EQ(scene.host.count(Weight::error), 1U);
    EXPECT_NE(scene.host.lines[0].text.find("account line"), std::string::npos);
    EXPECT_TRUE(scene.daemon.completes.empty());
  }
}

TEST(OwnService, EveryPhaseIsRefused) {
  for (const auto role : {Role::code, Role::preauth, Role::authfail}) {
    Scene scene = scene_of(role);
    scene.host.service_name = "umbra-totp";
    EXPECT_EQ(scene.authenticate(), Outcome::misconfigured);
    EXPECT_EQ(scene.complete(), Outcome::misconfigured);
    scene.host.token_text = "the token";
    EXPECT_EQ(scene.complete(), Outcome::misconfigured);
    ASSERT_EQ(scene.host.lines.size(), 3U);
    for (const auto& line : scene.host.lines) {
      EXPECT_EQ(line.weight, Weight::error);
      EXPECT_NE(line.text.find("take this module out of it"), std::string::npos);
    }
    EXPECT_TRUE(scene.host.prompts.empty());
  }
}

TEST(OwnService, OthersMayBeNamedAlike) {
  for (const auto* name : {"umbra-totp2", "umbra", "my-umbra-totp"}) {
    Scene scene;
    scene.host.service_name = name;
    scene.daemon.asks_nothing();
    EXPECT_EQ(scene.authenticate(), Outcome::ignore);
    EXPECT_EQ(scene.complete(), Outcome::ignore);
  }
}

}  // namespace
}  // namespace umbra::test
