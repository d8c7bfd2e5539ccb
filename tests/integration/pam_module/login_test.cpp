// Whole logins through libpam, the built module and a real socket. The daemon must be root's, so these tests are.
#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/integration/pam_module/pam_login.hpp"
#include "tests/integration/pam_module/scripted_daemon.hpp"

namespace umbra::test {
namespace {

using std::string;

TEST(ModuleLogin, RunsAsRoot) { ASSERT_EQ(geteuid(), 0U) << "the module trusts root's socket alone: run as root"; }

TEST(ModuleLogin, RightCodeAndItsCompletion) {
  ScriptedDaemon daemon;
  PamLogin login("socket=" + daemon.path());
  login.type("123456");
  EXPECT_EQ(login.authenticate(), PAM_SUCCESS);
  EXPECT_EQ(login.setcred(), PAM_SUCCESS);
  EXPECT_EQ(login.account(), PAM_SUCCESS);
  EXPECT_EQ(login.account(), PAM_SUCCESS);
  EXPECT_EQ(daemon.count(wire::Op::complete), 1U);
  ASSERT_EQ(login.messages().size(), 1U);
  EXPECT_EQ(login.messages()[0].style, PAM_PROMPT_ECHO_OFF);
  EXPECT_EQ(login.messages()[0].text, "Verification code: ");
}

TEST(ModuleLogin, WrongCode) {
  ScriptedDaemon daemon;
  PamLogin login("socket=" + daemon.path());
  login.type("000000");
  EXPECT_EQ(login.authenticate(), PAM_AUTH_ERR);
  EXPECT_EQ(login.account(), kAccountIgnored) << "nothing was accepted";
}

TEST(ModuleLogin, CronHasNothingToComplete) {
  ScriptedDaemon daemon;
  EXPECT_EQ(PamLogin("socket=" + daemon.path()).account(), kAccountIgnored);
  EXPECT_TRUE(daemon.heard().empty());
}

TEST(ModuleLogin, NothingAsked) {
  ScriptedDaemon daemon([](const string& packet) {
    return Says{{reply_to(packet, wire::BeginReply{static_cast<std::uint8_t>(wire::Ask::nothing), 0, ""})}};
  });
  PamLogin login("nullok socket=" + daemon.path());
  EXPECT_EQ(login.authenticate(), kIgnored);
  EXPECT_EQ(login.account(), kAccountIgnored);
  EXPECT_EQ(login.prompts(), 0);
  const string packet = daemon.heard().at(0);
  EXPECT_TRUE(begin_of(packet).nullok);

  PamLogin stacked("zoe_the_user", "auth required " + module_path() + " nullok socket=" + daemon.path() +
                                       "\nauth required pam_permit.so\n");
  EXPECT_EQ(stacked.authenticate(), PAM_SUCCESS);
  EXPECT_EQ(stacked.setcred(), PAM_SUCCESS);
}

TEST(ModuleLogin, TellsTheDaemonThePamItems) {
  ScriptedDaemon daemon;
  PamLogin login("socket=" + daemon.path());
  pam_set_item(login.handle(), PAM_TTY, "pts/7");
  pam_set_item(login.handle(), PAM_RHOST, "2001:db8::7");
  login.type("123456");
  EXPECT_EQ(login.authenticate(), PAM_SUCCESS);
  const string packet = daemon.heard().at(0);
  const auto begin = begin_of(packet);
  EXPECT_EQ(begin.user, "zoe_the_user");
  EXPECT_EQ(begin.service, "umbra-test");
  EXPECT_EQ(begin.tty, "pts/7");
  EXPECT_EQ(begin.rhost, "2001:db8::7");
  EXPECT_FALSE(begin.nullok);
}

TEST(ModuleLogin, AsksForTheNameWhereThereIsNone) {
  ScriptedDaemon daemon;
  PamLogin login("socket=" + daemon.path(), nullptr);
  login.type("yan_the_user").type("123456");
  EXPECT_EQ(login.authenticate(), PAM_SUCCESS);
  const string packet = daemon.heard().at(0);
  EXPECT_EQ(begin_of(packet).user, "yan_the_user");

  PamLogin nobody("socket=" + daemon.path(), nullptr);
  EXPECT_EQ(nobody.authenticate(), PAM_CONV_ERR);
}

TEST(ModuleLogin, SilentProgramsArePromptedAllTheSame) {
  ScriptedDaemon daemon([](const string& packet) {
    if (!is(packet, wire::Op::verify)) return Says{{honest_reply(packet)}};
    return Says{{reply_to(packet, wire::VerifyReply{false, false, 2, ""})}};
  });
  PamLogin login("after_password echo [prompt=Code, [now\\]: ] socket=" + daemon.path());
  login.type("000000");
  EXPECT_EQ(login.authenticate(PAM_SILENT), PAM_AUTH_ERR);
  ASSERT_EQ(login.messages().size(), 2U);
  EXPECT_EQ(login.messages()[0].style, PAM_PROMPT_ECHO_ON);
  EXPECT_EQ(login.messages()[0].text, "Code, [now]: ");
  EXPECT_EQ(login.messages()[1].style, PAM_TEXT_INFO);
  EXPECT_EQ(login.messages()[1].text, "That code was not accepted: 2 attempts left.");
}

TEST(ModuleLogin, PromptsWithSpacesInBothSpellings) {
  for (const char* option : {"[prompt=Your code: ]", "prompt=[Your code: ]"}) {
    ScriptedDaemon daemon;
    PamLogin login(string(option) + " socket=" + daemon.path());
    login.type("123456");
    EXPECT_EQ(login.authenticate(), PAM_SUCCESS);
    EXPECT_EQ(login.messages().at(0).text, "Your code: ");
  }
}

TEST(ModuleLogin, AnotherTryOnTheSameHandleForgetsTheFirst) {
  ScriptedDaemon daemon;
  PamLogin login("socket=" + daemon.path());
  login.type("123456").type("000000");
  EXPECT_EQ(login.authenticate(), PAM_SUCCESS);
  pam_set_item(login.handle(), PAM_USER, "yan_the_user");
  EXPECT_EQ(login.authenticate(), PAM_AUTH_ERR);
  EXPECT_EQ(login.account(), kAccountIgnored);
  EXPECT_EQ(daemon.count(wire::Op::complete), 0U);
}

TEST(ModuleLogin, ForwardPassHandsThePasswordOn) {
  ScriptedDaemon daemon;
  TempDir dir;
  const string got = dir.path() + "/got";
  PamLogin login("zoe_the_user", "auth required " + module_path() + " forward_pass socket=" + daemon.path() +
                                     "\nauth required pam_exec.so expose_authtok quiet /usr/bin/tee " + got + "\n");
  login.type("correct horse123456");
  EXPECT_EQ(login.authenticate(), PAM_SUCCESS);
  std::ifstream file(got);
  string password;
  std::getline(file, password, '\0');
  EXPECT_EQ(password, "correct horse");
}

TEST(ModuleLogin, UseFirstPassTakesWhatALineBeforeLeft) {
  ScriptedDaemon daemon;
  const string line = module_path() + " socket=" + daemon.path();
  PamLogin login("zoe_the_user",
                 "auth optional " + line + " forward_pass\nauth required " + line + " use_first_pass\n");
  login.type("123456999999");
  EXPECT_EQ(login.authenticate(), PAM_SUCCESS);
  EXPECT_EQ(login.messages().size(), 1U);
  EXPECT_EQ(daemon.count(wire::Op::verify), 2U);
}

TEST(ModuleLogin, BadOptionsAreAServiceError) {
  ScriptedDaemon daemon;
  for (const char* bad :
       {"preauth authfail", "authfail preauth", "Nullok", "timeout=0", "timeout=x", "socket=relative", "prompt="}) {
    PamLogin login("socket=" + daemon.path() + " " + bad);
    login.type("123456");
    EXPECT_EQ(login.authenticate(), PAM_SERVICE_ERR) << bad;
    EXPECT_EQ(login.account(), PAM_SERVICE_ERR) << bad;
  }
  EXPECT_TRUE(daemon.heard().empty());
}

TEST(ModuleLogin, SessionsAndPasswordsAreNotOurs) {
  const string module = module_path();
  PamLogin login("zoe_the_user", "session required " + module + "\nsession required pam_permit.so\npassword required " +
                                     module + "\npassword required pam_deny.so\n");
  EXPECT_EQ(pam_open_session(login.handle(), 0), PAM_SUCCESS);
  EXPECT_EQ(pam_close_session(login.handle(), 0), PAM_SUCCESS);
  EXPECT_NE(pam_chauthtok(login.handle(), 0), PAM_SUCCESS) << "the module is no password that was changed";
  EXPECT_TRUE(login.messages().empty());
}

}  // namespace
}  // namespace umbra::test
