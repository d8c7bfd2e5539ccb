// One PAM transaction of a scripted program: the real libpam loads the module that was just built, from a
// configuration directory of its own.
#pragma once

#include <gtest/gtest.h>
#include <security/pam_appl.h>

#include <cstdlib>
#include <cstring>
#include <deque>
#include <fstream>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/temp_dir.hpp"

namespace umbra::test {

inline std::string module_path() {
  const char* path = std::getenv("UMBRA_PAM_MODULE");
  if (path == nullptr) throw std::runtime_error("set UMBRA_PAM_MODULE to the module that was built");
  return path;
}

// What the stacks below end with where the module said PAM_IGNORE: nothing else says these.
inline constexpr int kIgnored = PAM_USER_UNKNOWN;
inline constexpr int kAccountIgnored = PAM_ACCT_EXPIRED;

class PamLogin {
 public:
  struct Message {
    int style;
    std::string text;
  };
  using Response = std::function<int(pam_response**)>;

  // `options` follow the module's name in both lines.
  explicit PamLogin(const std::string& options, const char* user = "zoe_the_user", const char* service = "umbra-test")
      : PamLogin(user,
                 "auth [success=done ignore=ignore default=die] " + module_path() + " " + options +
                     "\nauth requisite pam_debug.so auth=user_unknown\n"
                     "account [success=done ignore=ignore default=die] " +
                     module_path() + " " + options + "\naccount requisite pam_debug.so acct=acct_expired\n",
                 service) {}
  PamLogin(const char* user, const std::string& stack, const char* service = "umbra-test") {
    std::ofstream(dir_.path() + "/" + service) << stack;
    const pam_conv conversation{&PamLogin::converse, this};
    EXPECT_EQ(pam_start_confdir(service, user, &conversation, dir_.path().c_str(), &pam_), PAM_SUCCESS);
  }
  PamLogin(const PamLogin&) = delete;
  PamLogin& operator=(const PamLogin&) = delete;
  ~PamLogin() { pam_end(pam_, last_); }

  int authenticate(int flags = 0) { return last_ = pam_authenticate(pam_, flags); }
  int account(int flags = 0) { return last_ = pam_acct_mgmt(pam_, flags); }
  int setcred() { return last_ = pam_setcred(pam_, PAM_ESTABLISH_CRED); }

  // The next answers; `type` is what a person types, `respond` what a program may do instead.
  PamLogin& type(const std::string& text) {
    return respond([text](pam_response** out) {
      *out = static_cast<pam_response*>(std::calloc(1, sizeof(pam_response)));
      (*out)->resp = strdup(text.c_str());
      return PAM_SUCCESS;
    });
  }
  PamLogin& respond(Response response) {
    responses_.push_back(std::move(response));
    return *this;
  }

  [[nodiscard]] pam_handle_t* handle() const { return pam_; }
  [[nodiscard]] const std::vector<Message>& messages() const { return messages_; }
  [[nodiscard]] int prompts() const {
    int n = 0;
    for (const auto& message : messages_)
      n += message.style == PAM_PROMPT_ECHO_OFF || message.style == PAM_PROMPT_ECHO_ON;
    return n;
  }
  std::function<void()> while_prompting = [] {};
  bool keeps_texts = true;  // of messages

 private:
  static int converse(int count, const pam_message** messages, pam_response** responses, void* self_pointer) {
    auto* self = static_cast<PamLogin*>(self_pointer);
    EXPECT_EQ(count, 1);
    self->messages_.push_back({messages[0]->msg_style, self->keeps_texts ? messages[0]->msg : ""});
    if (messages[0]->msg_style == PAM_TEXT_INFO || messages[0]->msg_style == PAM_ERROR_MSG) {
      *responses = static_cast<pam_response*>(std::calloc(1, sizeof(pam_response)));
      return PAM_SUCCESS;
    }
    self->while_prompting();
    if (self->responses_.empty()) return PAM_CONV_ERR;
    const auto response = std::move(self->responses_.front());
    self->responses_.pop_front();
    return response(responses);
  }

  TempDir dir_;
  pam_handle_t* pam_ = nullptr;
  int last_ = PAM_SUCCESS;
  std::deque<Response> responses_;
  std::vector<Message> messages_;
};

}  // namespace umbra::test
