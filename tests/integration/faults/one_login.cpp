// One login through the real libpam: one_login CONFDIR SERVICE USER ANSWER. Its exit status is PAM's return code, of
// the account phase where the auth phase said yes.
#include <security/pam_appl.h>

#include <cstdlib>
#include <cstring>

namespace {

int answer(int count, const pam_message**, pam_response** responses, void* text) {
  if (count != 1) return PAM_CONV_ERR;
  *responses = static_cast<pam_response*>(std::calloc(1, sizeof(pam_response)));
  if (*responses == nullptr) return PAM_BUF_ERR;
  (*responses)->resp = strdup(static_cast<const char*>(text));
  return PAM_SUCCESS;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) return PAM_SYSTEM_ERR;
  const pam_conv conversation{&answer, argv[4]};
  pam_handle_t* pam = nullptr;
  int code = pam_start_confdir(argv[2], argv[3], &conversation, argv[1], &pam);
  if (code != PAM_SUCCESS) return code;
  code = pam_authenticate(pam, 0);
  if (code == PAM_SUCCESS) code = pam_acct_mgmt(pam, 0);
  pam_end(pam, code);
  return code;
}
