// Enrolment inside the login as it goes well: what is asked, shown and sent.
#include <gtest/gtest.h>

#include "tests/unit/pam_module/enrol_scene.hpp"

namespace umbra::test {
namespace {

using std::string;

TEST(Enrol, IsOfferedBehindThePasswordAlone) {
  for (const bool after_password : {true, false})
    for (const bool no_enrol : {true, false}) {
      Scene scene;
      scene.options.after_password = after_password;
      scene.options.no_enrol = no_enrol;
      scene.daemon.asks_to_enrol();
      const bool may = after_password && !no_enrol;
      if (may) scene.daemon.enrol_script.push_back({.error = ChannelError::absent});
      EXPECT_EQ(scene.authenticate(), Outcome::unavailable);
      EXPECT_EQ(scene.daemon.begins.at(0).may_enrol, may);
      EXPECT_EQ(scene.daemon.enrols.size(), may ? 1U : 0U) << "nobody asked the daemon to enrol";
      EXPECT_TRUE(scene.host.prompts.empty());
    }
}

TEST(Enrol, TheFirstCodeIsALogin) {
  EnrolScene scene;
  scene.offers();
  scene.host.answers = {" 123456 ", ""};
  scene.daemon.accepts("the token");
  EXPECT_EQ(scene.authenticate(), Outcome::success);
  EXPECT_EQ(scene.host.token_text, "the token");
  ASSERT_EQ(scene.host.prompts.size(), 2U);
  EXPECT_FALSE(scene.host.prompts[0].echo);
  EXPECT_TRUE(has(scene.shown(0), "ABCD EFGH IJKL MNOP QRST UVWX YZ23 4567\n"));
  EXPECT_TRUE(scene.host.prompts[1].echo);
  EXPECT_TRUE(has(scene.shown(1), "AAAA-0001   AAAA-0002\n  AAAA-0003\n")) << scene.shown(1);
  EXPECT_TRUE(scene.shown(1).ends_with("Press Enter when you have written them down: "));
  EXPECT_TRUE(scene.host.infos.empty() && scene.host.errors.empty()) << "all stands in the prompts";
  ASSERT_EQ(scene.daemon.enrols.size(), 1U);
  ASSERT_EQ(scene.daemon.verifies.size(), 1U);
  EXPECT_EQ(scene.daemon.enrols[0].challenge, "the challenge");
  EXPECT_EQ(scene.daemon.verifies[0].challenge, "the challenge");
  EXPECT_EQ(scene.daemon.enrols[0].id, scene.daemon.begins[0].id);
  EXPECT_EQ(scene.daemon.verifies[0].id, scene.daemon.begins[0].id);
  EXPECT_EQ(scene.heard(), "123456");
}

TEST(Enrol, ItsTokenIsCompletedLikeAnyOther) {
  EnrolScene scene;
  scene.offers();
  scene.host.answers = {"123456", ""};
  scene.daemon.accepts("from the first code");
  scene.daemon.complete_script.push_back({});
  EXPECT_EQ(scene.authenticate(), Outcome::success);
  EXPECT_EQ(scene.complete(), Outcome::success);
  EXPECT_EQ(scene.daemon.completes.at(0).challenge, "from the first code");
}

TEST(Enrol, EchoIsTheAdministrators) {
  EnrolScene scene;
  scene.offers();
  scene.options.echo = true;
  std::strcpy(scene.options.prompt, "Code: ");
  scene.host.answers = {"000000", ""};
  scene.daemon.refuses();
  scene.daemon.refuses();
  EXPECT_EQ(scene.authenticate(), Outcome::refused);
  EXPECT_TRUE(scene.host.prompts.at(0).echo);
  EXPECT_TRUE(scene.host.prompts.at(1).echo);
  EXPECT_TRUE(scene.shown(0).ends_with("First code from your app: "));
}

TEST(Enrol, TheThirdCodeMayBeRight) {
  EnrolScene scene;
  scene.offers();
  scene.host.answers = {"000000", "000001", "123456", ""};
  scene.daemon.refuses();
  scene.daemon.refuses();
  scene.daemon.accepts();
  EXPECT_EQ(scene.authenticate(), Outcome::success);
  EXPECT_TRUE(has(scene.shown(3), "AAAA-0001")) << "though the reply's buffer is overwritten by now";
}

TEST(Enrol, RedrawsInvertedWithoutTheDaemon) {
  EnrolScene scene;
  scene.offers();
  scene.host.answers = {"i", " I\n", "000000", "i", "correct horse"};
  scene.daemon.refuses();
  scene.daemon.refuses();
  EXPECT_EQ(scene.authenticate(), Outcome::refused);
  ASSERT_EQ(scene.host.prompts.size(), 5U);
  EXPECT_NE(scene.shown(0), scene.shown(1));
  EXPECT_EQ(scene.shown(0), scene.shown(2));
  EXPECT_EQ(scene.shown(3), kAgain);
  EXPECT_EQ(scene.shown(4), scene.shown(1)) << "though the reply's buffer is overwritten by now";
  EXPECT_TRUE(has(scene.shown(1), "ABCD EFGH"));
  ASSERT_EQ(scene.daemon.verifies.size(), 2U);
  EXPECT_EQ(scene.heard(0), "000000");
  EXPECT_EQ(scene.heard(1), "") << "the password, not the answer before it";
}

TEST(Enrol, WhereNothingIsInvertedAnIIsAnAnswer) {
  for (const auto* tty : {"/dev/pts/3", "pts/3", "tty1", ":0", ""}) {
    EnrolScene scene;
    scene.offers();
    scene.host.tty_name = tty;
    scene.host.answers = {"i", ""};
    scene.daemon.refuses();
    scene.daemon.refuses();
    EXPECT_EQ(scene.authenticate(), Outcome::refused);
    EXPECT_EQ(scene.heard(), "i") << tty;
    EXPECT_FALSE(has(scene.shown(0), "answer i"));
  }
}

TEST(Enrol, DrawsForTheTerminal) {
  const auto shown_at = [](const char* tty, std::uint8_t side) {
    EnrolScene scene;
    scene.offer.qr_side = side;
    if (side == 0) scene.offer.qr.clear();
    scene.offers();
    scene.host.tty_name = tty;
    EXPECT_EQ(scene.authenticate(), Outcome::conversation_failed);
    return scene.shown(0);
  };
  EXPECT_TRUE(has(shown_at("ssh", 5), "\u2588"));
  EXPECT_FALSE(has(shown_at("ssh", 5), "\x1b"));
  EXPECT_TRUE(has(shown_at("/dev/pts/3", 5), "\x1b[38;5;16;48;5;231m"));
  for (const auto* tty : {"", ":0", "sshd", "x/dev/pts/3"}) {
    EXPECT_FALSE(has(shown_at(tty, 5), "\u2588")) << tty;
    EXPECT_TRUE(has(shown_at(tty, 5), "ABCD EFGH")) << tty;
  }
  for (const auto* tty : {"ssh", "tty1"}) EXPECT_EQ(shown_at(tty, 0), shown_at("", 0));
}

TEST(Enrol, BackupCodesThatCannotBeShownUndoNothing) {
  for (const bool fails : {true, false}) {
    EnrolScene scene;
    scene.offers();
    scene.host.answers = {"123456"};
    if (!fails) scene.host.answers.emplace_back(std::nullopt);
    scene.daemon.accepts("the token");
    EXPECT_EQ(scene.authenticate(), Outcome::success);
    EXPECT_EQ(scene.host.prompts.size(), 2U);
    EXPECT_EQ(scene.host.token_text, "the token");
    EXPECT_EQ(scene.host.count(Weight::notice), fails ? 2U : 1U);
  }
}

TEST(Enrol, NoBackupCodesAreNotShown) {
  EnrolScene scene;
  scene.offer.backup_codes.clear();
  scene.offers();
  scene.host.answers = {"123456"};
  scene.daemon.accepts();
  EXPECT_EQ(scene.authenticate(), Outcome::success);
  EXPECT_EQ(scene.host.prompts.size(), 1U);
}

TEST(Enrol, AFirstPassIsNoFirstCode) {
  EnrolScene scene;
  scene.options.first_pass = FirstPass::attempt;
  scene.host.password_text = "123456";
  scene.offers();
  scene.host.answers = {"654321", ""};
  scene.daemon.accepts();
  EXPECT_EQ(scene.authenticate(), Outcome::success);
  EXPECT_EQ(scene.heard(), "654321");
}

TEST(Enrol, AfterAFirstPassThatWasRefused) {
  EnrolScene scene;
  scene.daemon.begin_script.clear();
  scene.options.first_pass = FirstPass::attempt;
  scene.host.password_text = "111111";
  scene.daemon.asks();
  scene.daemon.refuses();
  scene.daemon.asks_to_enrol("the second challenge");
  scene.daemon.before_verify = [] {};
  scene.offers();
  scene.host.answers = {"654321", ""};
  scene.daemon.accepts();
  EXPECT_EQ(scene.authenticate(), Outcome::success);
  EXPECT_EQ(scene.daemon.enrols.at(0).challenge, "the second challenge");
  EXPECT_EQ(scene.daemon.enrols[0].id, scene.daemon.begins.at(1).id);
}

TEST(Enrol, ForwardPassCutsNothingOff) {
  EnrolScene scene;
  scene.options.forward_pass = true;
  scene.offers();
  scene.host.answers = {"123456", ""};
  scene.daemon.accepts();
  EXPECT_EQ(scene.authenticate(), Outcome::success);
  EXPECT_EQ(scene.heard(), "123456");
  EXPECT_EQ(scene.host.password_text, "correct horse");
}

TEST(Enrol, LogsAsMuchAsWasAskedFor) {
  for (const auto logging : {Logging::quiet, Logging::normal, Logging::debug}) {
    EnrolScene scene;
    scene.offers();
    scene.options.logging = logging;
    scene.host.answers = {"123456", ""};
    scene.daemon.accepts();
    EXPECT_EQ(scene.authenticate(), Outcome::success);
    EXPECT_EQ(scene.host.lines.size(), logging == Logging::quiet ? 0U : 1U);
    EXPECT_EQ(scene.host.prompts.size(), 2U) << "quiet or not, the secret is shown";
  }
}

}  // namespace
}  // namespace umbra::test
