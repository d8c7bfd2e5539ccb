// The account phase: one redemption of what the auth phase kept.
#include <gtest/gtest.h>

#include "tests/unit/pam_module/fakes.hpp"

namespace umbra::test {
namespace {

TEST(Complete, NothingKeptIsIgnoredWithoutADaemon) {
  Scene scene;
  EXPECT_EQ(scene.complete(), Outcome::ignore);
  EXPECT_TRUE(scene.daemon.completes.empty()) << "cron and public keys have nothing to complete";
}

TEST(Complete, RedeemsTheTokenOnce) {
  Scene scene;
  scene.host.token_text = "the token";
  scene.daemon.complete_script.push_back({});
  EXPECT_EQ(scene.complete(), Outcome::success);
  EXPECT_EQ(scene.complete(), Outcome::success) << "a program may ask twice";
  ASSERT_EQ(scene.daemon.completes.size(), 1U);
  EXPECT_EQ(scene.daemon.completes[0].challenge, "the token");
  EXPECT_EQ(scene.host.token_text, "") << "a redeemed token is overwritten";
  EXPECT_TRUE(scene.host.lines.empty());
}

TEST(Complete, AfterAnAcceptedCode) {
  Scene scene;
  scene.host.answers = {"123456"};
  scene.daemon.asks();
  scene.daemon.accepts("from verify");
  scene.daemon.complete_script.push_back({});
  EXPECT_EQ(scene.authenticate(), Outcome::success);
  EXPECT_EQ(scene.complete(), Outcome::success);
  EXPECT_EQ(scene.daemon.completes.at(0).challenge, "from verify");
}

TEST(Complete, AfterARefusedOneThereIsNothing) {
  Scene scene;
  scene.host.answers = {"000000"};
  scene.daemon.asks();
  scene.daemon.refuses();
  EXPECT_EQ(scene.authenticate(), Outcome::refused);
  EXPECT_EQ(scene.complete(), Outcome::ignore);
}

TEST(Complete, ADaemonThatCannotBeHeardOnlyLeavesTheCounter) {
  for (const auto error : {ChannelError::absent, ChannelError::not_trusted, ChannelError::timeout, ChannelError::closed,
                           ChannelError::broken}) {
    Scene scene;
    scene.options.logging = Logging::quiet;
    scene.host.token_text = "the token";
    scene.daemon.complete_script.push_back({.error = error});
    EXPECT_EQ(scene.complete(), Outcome::success);
    EXPECT_EQ(scene.host.count(Weight::error), 1U);
    EXPECT_EQ(scene.host.token_text, "");
  }
}

TEST(Complete, OnlyTheWordThatItIsNoAcceptanceRefuses) {
  for (std::uint8_t raw = 1; raw <= static_cast<std::uint8_t>(wire::Status::nothing_pending); ++raw) {
    const auto status = static_cast<wire::Status>(raw);
    Scene scene;
    scene.host.token_text = "the token";
    scene.daemon.complete_script.push_back({.status = status});
    EXPECT_EQ(scene.complete(), status == wire::Status::not_permitted ? Outcome::refused : Outcome::success)
        << int{raw};
    EXPECT_EQ(scene.host.lines.size(), 1U);
  }
}

}  // namespace
}  // namespace umbra::test
