// Programs that answer a prompt in ways nobody should, through libpam and the built module.
#include <gtest/gtest.h>

#include "tests/integration/pam_module/pam_login.hpp"
#include "tests/integration/pam_module/scripted_daemon.hpp"

namespace umbra::test {
namespace {

using std::string;

// What the daemon was sent as the answer.
string answer_heard(const ScriptedDaemon& daemon) {
  for (const string& packet : daemon.heard())
    if (const auto verify = read_as<wire::Verify>(packet)) return string(verify->answer);
  return "(nothing)";
}

string sent_for(const PamLogin::Response& response) {
  ScriptedDaemon daemon;
  PamLogin login("socket=" + daemon.path());
  login.respond(response);
  EXPECT_EQ(login.authenticate(), PAM_AUTH_ERR);
  return answer_heard(daemon);
}

string sent_for(const string& typed) {
  ScriptedDaemon daemon;
  PamLogin login("socket=" + daemon.path());
  login.type(typed);
  EXPECT_EQ(login.authenticate(), PAM_AUTH_ERR);
  return answer_heard(daemon);
}

TEST(Conversation, SuccessWithoutAResponse) {
  EXPECT_EQ(sent_for([](pam_response** out) {
              *out = nullptr;
              return PAM_SUCCESS;
            }),
            "");
}

TEST(Conversation, NullInTheResponse) {
  EXPECT_EQ(sent_for([](pam_response** out) {
              *out = static_cast<pam_response*>(std::calloc(1, sizeof(pam_response)));
              return PAM_SUCCESS;
            }),
            "");
}

TEST(Conversation, OddAnswers) {
  EXPECT_EQ(sent_for(""), "");
  EXPECT_EQ(sent_for("   "), "");
  EXPECT_EQ(sent_for(string(1 << 20, '9')), wire::kMalformedAnswer);
  EXPECT_EQ(sent_for("12\x1b[2J56"), wire::kMalformedAnswer);
  EXPECT_EQ(sent_for("\b\n\r\177INCORRECT"), wire::kJunkAnswer);
}

TEST(Conversation, FailureIsNoAttempt) {
  for (const int failure : {PAM_CONV_ERR, PAM_BUF_ERR, PAM_CONV_AGAIN, PAM_ABORT}) {
    ScriptedDaemon daemon;
    PamLogin login("nullok socket=" + daemon.path());
    // A program may leave behind what nobody may free.
    pam_response not_ours{nullptr, 0};
    login.respond([failure, &not_ours](pam_response** out) {
      *out = &not_ours;
      return failure;
    });
    EXPECT_EQ(login.authenticate(), PAM_CONV_ERR);
    EXPECT_EQ(daemon.count(wire::Op::verify), 0U);
  }
}

TEST(Conversation, NoFunctionToCall) {
  ScriptedDaemon daemon;
  PamLogin login("nullok socket=" + daemon.path());
  const pam_conv none{nullptr, nullptr};
  ASSERT_EQ(pam_set_item(login.handle(), PAM_CONV, &none), PAM_SUCCESS);
  EXPECT_EQ(login.authenticate(), PAM_CONV_ERR);
}

}  // namespace
}  // namespace umbra::test
