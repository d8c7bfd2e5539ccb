// umbra-totp-password: says by its exit status whether a password is right, over the PAM service "umbra-totp"; ruled by
// ARCHITECTURE.md, "The password helper". umbra-totpd starts it; it knows no key and no second factor.

#include <security/pam_appl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "common/protocol.hpp"
#include "common/secret.hpp"

namespace {

constexpr int kRight = 0, kWrong = 1, kFailed = 3;
constexpr char kService[] = "umbra-totp";
constexpr unsigned kPatience = 8;  // seconds; umbra-totpd waits ten

struct Question {
  const char* password = nullptr;
  bool asked = false;
};

// The first question without echo is for the password. Any other would be for something that nobody can answer here.
int converse(int count, const pam_message** messages, pam_response** responses, void* data) {
  auto* question = static_cast<Question*>(data);
  if (count <= 0 || count > PAM_MAX_NUM_MSG) return PAM_CONV_ERR;
  auto* answers = static_cast<pam_response*>(std::calloc(static_cast<std::size_t>(count), sizeof(pam_response)));
  if (answers == nullptr) return PAM_BUF_ERR;
  for (int i = 0; i < count; ++i) {
    const int style = messages[i]->msg_style;
    if (style == PAM_TEXT_INFO || style == PAM_ERROR_MSG) continue;
    if (style == PAM_PROMPT_ECHO_OFF && !question->asked) {
      question->asked = true;
      answers[i].resp = strdup(question->password);
      if (answers[i].resp != nullptr) continue;
    }
    for (int j = 0; j < i; ++j) {
      if (answers[j].resp != nullptr) umbra::wipe(answers[j].resp, std::strlen(answers[j].resp));
      std::free(answers[j].resp);
    }
    std::free(answers);
    return PAM_CONV_ERR;
  }
  *responses = answers;
  return PAM_SUCCESS;
}

// The caller's counter slows guesses down: waiting here would only hold others up.
void no_delay(int, unsigned, void*) {}

int check(const char* user, const char* password) {
  Question question{password};
  const pam_conv conversation{converse, &question};
  pam_handle_t* pam = nullptr;
  if (pam_start(kService, user, &conversation, &pam) != PAM_SUCCESS) return kFailed;
  pam_set_item(pam, PAM_FAIL_DELAY, reinterpret_cast<const void*>(no_delay));
  const int code = pam_authenticate(pam, PAM_SILENT | PAM_DISALLOW_NULL_AUTHTOK);
  pam_end(pam, code);
  switch (code) {
    case PAM_SUCCESS: return kRight;
    case PAM_AUTH_ERR:
    case PAM_USER_UNKNOWN:
    case PAM_MAXTRIES:
    case PAM_ACCT_EXPIRED:
    case PAM_PERM_DENIED: return kWrong;
    default: return kFailed;
  }
}

}  // namespace

int main() {
  const rlimit no_core{0, 0};
  if (setrlimit(RLIMIT_CORE, &no_core) != 0 || prctl(PR_SET_DUMPABLE, 0) != 0) return kFailed;
  alarm(kPatience);
  std::array<char, umbra::wire::kMaxUser + 1 + umbra::wire::kMaxPassword + 1> input{};
  const umbra::WipeGuard guard(input.data(), input.size());
  std::size_t size = 0;
  for (;;) {
    const ssize_t got = read(STDIN_FILENO, input.data() + size, input.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return kFailed;
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
    if (size == input.size()) return kFailed;  // more than fits, and no room for its end
  }
  const std::size_t user = std::strlen(input.data());
  if (user == 0 || user >= size) return kFailed;
  return check(input.data(), input.data() + user + 1);
}
