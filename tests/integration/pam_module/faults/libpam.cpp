// libpam as the module meets it, and the program behind it: the test links no other.
#include <security/pam_appl.h>
#include <security/pam_ext.h>
#include <security/pam_modules.h>

#include <cstdlib>
#include <cstring>

#include "tests/integration/pam_module/faults/machine.hpp"

using umbra::test::machine;

namespace {

constexpr std::int64_t kThinking = 3000;  // ms

int converse(int, const pam_message** messages, pam_response** responses, void*) {
  const int style = messages[0]->msg_style;
  static pam_response freed;  // what a program leaves behind that failed
  if (machine->fails("the conversation")) {
    if (machine->dice.one_in(2)) {
      *responses = &freed;
      return machine->dice.pick({PAM_CONV_ERR, PAM_CONV_AGAIN, PAM_BUF_ERR, PAM_ABORT});
    }
    *responses = nullptr;
    return PAM_SUCCESS;
  }
  machine->now_ms += kThinking;
  machine->conversing_ms += kThinking;
  auto* const response = static_cast<pam_response*>(machine->remember(std::malloc(sizeof(pam_response))));
  *response = {};
  const bool asked = style == PAM_PROMPT_ECHO_OFF || style == PAM_PROMPT_ECHO_ON;
  if (asked && !machine->fails("an answer typed")) response->resp = machine->typed();
  *responses = response;
  return PAM_SUCCESS;
}

const pam_conv kConversation{&converse, nullptr};

const void* value_of(int type) {
  const umbra::test::Login& login = machine->login;
  switch (type) {
    case PAM_SERVICE: return login.service.c_str();
    case PAM_TTY: return login.tty.c_str();
    case PAM_RHOST: return login.rhost.c_str();
    case PAM_AUTHTOK: return login.authtok.empty() ? nullptr : login.authtok.c_str();
    case PAM_CONV: return &kConversation;
    default: machine->complain("an item that the module has no use for"); return nullptr;
  }
}

}  // namespace

extern "C" {

int pam_get_item(const pam_handle_t*, int type, const void** value) {
  if (machine->fails("pam_get_item")) {
    if (machine->dice.one_in(3)) return *value = nullptr, PAM_SUCCESS;
    return machine->dice.pick({PAM_BAD_ITEM, PAM_SYSTEM_ERR, PAM_BUF_ERR, PAM_PERM_DENIED});
  }
  *value = value_of(type);
  return PAM_SUCCESS;
}

int pam_set_item(pam_handle_t*, int, const void* value) {
  if (machine->fails("pam_set_item")) return machine->dice.pick({PAM_BUF_ERR, PAM_SYSTEM_ERR, PAM_BAD_ITEM});
  machine->login.authtok = static_cast<const char*>(value);
  return PAM_SUCCESS;
}

int pam_get_user(pam_handle_t*, const char** user, const char*) {
  if (machine->fails("pam_get_user")) {
    if (machine->dice.one_in(3)) return *user = nullptr, PAM_SUCCESS;
    return machine->dice.pick({PAM_CONV_ERR, PAM_CONV_AGAIN, PAM_BUF_ERR, PAM_SYSTEM_ERR, PAM_ABORT});
  }
  *user = machine->login.user.c_str();
  return PAM_SUCCESS;
}

int pam_set_data(pam_handle_t*, const char*, void* data, void (*clean_up)(pam_handle_t*, void*, int)) {
  if (machine->fails("pam_set_data")) return machine->dice.pick({PAM_BUF_ERR, PAM_SYSTEM_ERR});
  machine->end_login();
  machine->login.data = data, machine->login.clean_up = clean_up;
  return PAM_SUCCESS;
}

int pam_get_data(const pam_handle_t*, const char*, const void** data) {
  if (machine->fails("pam_get_data")) return machine->dice.pick({PAM_NO_MODULE_DATA, PAM_SYSTEM_ERR});
  if (machine->login.data == nullptr) return PAM_NO_MODULE_DATA;
  *data = machine->login.data;
  return PAM_SUCCESS;
}

void pam_syslog(const pam_handle_t*, int, const char*, ...) {}

}  // extern "C"
