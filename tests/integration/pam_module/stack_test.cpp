// The stack that packages ship, through the real libpam: preauth, the password, authfail, the code, its completion.
#include <gtest/gtest.h>

#include <initializer_list>

#include "tests/integration/pam_module/pam_login.hpp"
#include "tests/integration/pam_module/scripted_daemon.hpp"

namespace umbra::test {
namespace {

using std::string;
using wire::Op;
using Ops = std::vector<Op>;

string stack(const string& socket, const string& password_line) {
  const string module = module_path(), options = " socket=" + socket + "\n";
  return "auth required " + module + " preauth" + options + "auth [success=1 default=ignore] " + password_line +
         "\nauth [default=die] " + module + " authfail" + options + "auth required " + module + " after_password" +
         options + "account required " + module + options;
}

// Asks for a password as pam_unix does, and knows one.
class PasswordStub {
 public:
  PasswordStub() { std::ofstream(dir_.path() + "/is-right") << "test \"$(tr -d '\\0')\" = 'correct horse'\n"; }
  [[nodiscard]] string line() const { return "pam_exec.so expose_authtok quiet /bin/sh " + dir_.path() + "/is-right"; }

 private:
  TempDir dir_;
};

// Waits for nobody after a failure; the user of these tests does not exist.
constexpr const char* kUnix = "pam_unix.so nullok nodelay";

ScriptedDaemon::Script locked() {
  return [](const string& packet) {
    return Says{{is(packet, Op::preauth) ? reply_to(packet, wire::PreauthReply{true}) : honest_reply(packet)}};
  };
}

std::vector<string> prompts_of(const PamLogin& login) {
  std::vector<string> texts;
  for (const auto& message : login.messages()) texts.push_back(message.text);
  return texts;
}

const std::vector<string> kBothPrompts{"Password: ", "Verification code: "};

TEST(Stack, RightPasswordAndRightCode) {
  ScriptedDaemon daemon;
  const PasswordStub password;
  PamLogin login("zoe_the_user", stack(daemon.path(), password.line()));
  login.type("correct horse").type("123456");
  EXPECT_EQ(login.authenticate(), PAM_SUCCESS);
  EXPECT_EQ(login.setcred(), PAM_SUCCESS);
  EXPECT_EQ(login.account(), PAM_SUCCESS);
  EXPECT_EQ(login.setcred(), PAM_SUCCESS) << "sudo sets credentials after the account phase";
  EXPECT_EQ(daemon.ops(), (Ops{Op::preauth, Op::begin, Op::verify, Op::complete}));
  EXPECT_EQ(prompts_of(login), kBothPrompts);
}

TEST(Stack, CredentialsAreSetBehindEveryKindOfPasswordLine) {
  for (const char* line : {"pam_permit.so", "pam_debug.so auth=success cred=success", "pam_debug.so cred=ignore"}) {
    ScriptedDaemon daemon;
    PamLogin login("zoe_the_user", stack(daemon.path(), line));
    login.type("123456");
    EXPECT_EQ(login.authenticate(), PAM_SUCCESS) << line;
    EXPECT_EQ(login.setcred(), PAM_SUCCESS) << line;
    EXPECT_EQ(login.account(), PAM_SUCCESS) << line;
  }
}

TEST(Stack, WhereNoCodeIsAsked) {
  ScriptedDaemon daemon([](const string& packet) {
    if (!is(packet, Op::begin)) return Says{{honest_reply(packet)}};
    return Says{{reply_to(packet, wire::BeginReply{static_cast<std::uint8_t>(wire::Ask::nothing), 0, ""})}};
  });
  const PasswordStub password;
  PamLogin login("zoe_the_user", "auth required pam_permit.so\naccount required pam_permit.so\n" +
                                     stack(daemon.path(), password.line()));
  login.type("correct horse");
  EXPECT_EQ(login.authenticate(), PAM_SUCCESS);
  EXPECT_EQ(login.setcred(), PAM_SUCCESS);
  EXPECT_EQ(login.account(), PAM_SUCCESS);
  EXPECT_EQ(daemon.ops(), (Ops{Op::preauth, Op::begin}));
}

TEST(Stack, WrongPasswordIsChargedAndNoCodeIsAsked) {
  ScriptedDaemon daemon;
  const PasswordStub password;
  PamLogin login("zoe_the_user", stack(daemon.path(), password.line()));
  pam_set_item(login.handle(), PAM_RHOST, "2001:db8::7");
  login.type("wrong horse");
  EXPECT_EQ(login.authenticate(), PAM_AUTH_ERR);
  EXPECT_EQ(daemon.ops(), (Ops{Op::preauth, Op::authfail}));
  EXPECT_EQ(prompts_of(login), std::vector<string>{"Password: "});
  const string packet = daemon.heard().at(1);
  const auto told = read_as<wire::Authfail>(packet).value();
  EXPECT_TRUE(told.typed);
  EXPECT_EQ(told.user, "zoe_the_user");
  EXPECT_EQ(told.service, "umbra-test");
  EXPECT_EQ(told.rhost, "2001:db8::7");
}

TEST(Stack, RightPasswordAndWrongCode) {
  ScriptedDaemon daemon;
  const PasswordStub password;
  PamLogin login("zoe_the_user", stack(daemon.path(), password.line()));
  login.type("correct horse").type("000000");
  EXPECT_EQ(login.authenticate(), PAM_AUTH_ERR);
  EXPECT_EQ(daemon.ops(), (Ops{Op::preauth, Op::begin, Op::verify})) << "a wrong code is no wrong password";
}

TEST(Stack, ALockedUserSeesTheSamePromptsAndIsRefused) {
  ScriptedDaemon daemon(locked());
  const PasswordStub password;
  PamLogin right("zoe_the_user", stack(daemon.path(), password.line()));
  right.type("correct horse").type("123456");
  EXPECT_EQ(right.authenticate(), PAM_AUTH_ERR);
  EXPECT_EQ(prompts_of(right), kBothPrompts);

  PamLogin wrong("zoe_the_user", stack(daemon.path(), password.line()));
  wrong.type("wrong horse");
  EXPECT_EQ(wrong.authenticate(), PAM_AUTH_ERR);
  EXPECT_EQ(prompts_of(wrong), std::vector<string>{"Password: "});
}

// What authfail told of the answer to pam_unix's prompt; -1: it was not reached.
int typed_behind_pam_unix(const std::function<void(PamLogin&)>& answer) {
  ScriptedDaemon daemon;
  PamLogin login("zoe_the_user", stack(daemon.path(), kUnix));
  answer(login);
  EXPECT_EQ(login.authenticate(), PAM_AUTH_ERR);
  for (const string& packet : daemon.heard())
    if (const auto told = read_as<wire::Authfail>(packet)) return told->typed ? 1 : 0;
  return -1;
}

TEST(Stack, PamUnixLeavesWhatWasTyped) {
  EXPECT_EQ(typed_behind_pam_unix([](PamLogin& login) { login.type("a guess"); }), 1);
  EXPECT_EQ(typed_behind_pam_unix([](PamLogin& login) { login.type("\b\n\r\177INCORRECT"); }), 0) << "sshd's junk";
  EXPECT_EQ(typed_behind_pam_unix([](PamLogin& login) { login.type(""); }), 0);
  EXPECT_EQ(typed_behind_pam_unix([](PamLogin&) {}), 0) << "no conversation, no password";
}

TEST(Stack, AnAbsentDaemonRefusesTheRightPassword) {
  TempDir dir;
  const PasswordStub password;
  PamLogin right("zoe_the_user", stack(dir.path() + "/nothing", password.line()));
  right.type("correct horse").type("123456");
  EXPECT_EQ(right.authenticate(), PAM_AUTHINFO_UNAVAIL);
  PamLogin wrong("zoe_the_user", stack(dir.path() + "/nothing", password.line()));
  wrong.type("wrong horse");
  EXPECT_EQ(wrong.authenticate(), PAM_AUTHINFO_UNAVAIL);
}

TEST(LockoutLine, PreauthAlone) {
  ScriptedDaemon free;
  PamLogin login("preauth socket=" + free.path());
  EXPECT_EQ(login.authenticate(), kIgnored);
  EXPECT_EQ(login.account(), PAM_SERVICE_ERR) << "an account line has no such word";
  EXPECT_EQ(free.ops(), Ops{Op::preauth});

  ScriptedDaemon full(locked());
  PamLogin refused("preauth socket=" + full.path());
  EXPECT_EQ(refused.authenticate(), PAM_AUTH_ERR);
  EXPECT_TRUE(refused.messages().empty());
}

TEST(LockoutLine, AuthfailAlone) {
  ScriptedDaemon daemon;
  PamLogin login("authfail socket=" + daemon.path());
  EXPECT_EQ(login.authenticate(), PAM_AUTH_ERR);
  EXPECT_EQ(login.account(), PAM_SERVICE_ERR);
  EXPECT_TRUE(login.messages().empty());
  EXPECT_EQ(daemon.ops(), Ops{Op::authfail});
}

TEST(LockoutLine, DaemonsThatAreSlowOrMakeNoSense) {
  const std::initializer_list<std::function<Says(const string&)>> scripts{
      [](const string&) { return Says{}; },
      [](const string&) { return Says{{}, true}; },
      [](const string&) { return Says{{"nonsense"}}; },
      [](const string& packet) { return Says{{honest_reply(packet) + "x"}}; },
      [](const string& packet) {
        const string reply = honest_reply(packet);
        return Says{{reply.substr(0, reply.size() - 1)}};
      },
      [](const string& packet) { return Says{{reply_to(packet, wire::Nothing{}, wire::Status::unavailable)}}; }};
  for (const auto& role : {string("preauth"), string("authfail")})
    for (const auto& script : scripts) {
      ScriptedDaemon daemon(script);
      PamLogin login(role + " timeout=1 socket=" + daemon.path());
      EXPECT_EQ(login.authenticate(), PAM_AUTHINFO_UNAVAIL) << role;
      EXPECT_TRUE(login.messages().empty());
    }
}

TEST(LockoutLine, NotPermittedIsARefusal) {
  for (const auto& role : {string("preauth"), string("authfail")}) {
    ScriptedDaemon daemon(
        [](const string& packet) { return Says{{reply_to(packet, wire::Nothing{}, wire::Status::not_permitted)}}; });
    EXPECT_EQ(PamLogin(role + " socket=" + daemon.path()).authenticate(), PAM_AUTH_ERR);
  }
}

TEST(OwnService, IsRefusedBeforeTheDaemonIsAsked) {
  ScriptedDaemon daemon;
  for (const auto& role : {string(), string("preauth "), string("authfail ")}) {
    PamLogin login(role + "socket=" + daemon.path(), "zoe_the_user", "umbra-totp");
    EXPECT_EQ(login.authenticate(), PAM_SERVICE_ERR);
    EXPECT_EQ(login.account(), PAM_SERVICE_ERR);
    EXPECT_TRUE(login.messages().empty());
  }
  EXPECT_TRUE(daemon.heard().empty());
}

}  // namespace
}  // namespace umbra::test
