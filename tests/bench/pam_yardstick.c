/* The yardstick's module: the least that a login through a daemon takes, in plain C. Option: socket=PATH. */
#define PAM_SM_AUTH
#include <security/pam_ext.h>
#include <security/pam_modules.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "yardstick.h"

static int ask(const char* path, const struct yardstick_request* request) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  char answer = 0;
  int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
  if (fd < 0) return PAM_AUTHINFO_UNAVAIL;
  strncpy(address.sun_path, path, sizeof address.sun_path - 1);
  if (connect(fd, (const struct sockaddr*)&address, sizeof address) != 0 ||
      send(fd, request, sizeof *request, MSG_NOSIGNAL) != (ssize_t)sizeof *request || recv(fd, &answer, 1, 0) != 1) {
    close(fd);
    return PAM_AUTHINFO_UNAVAIL;
  }
  close(fd);
  return answer == 1 ? PAM_SUCCESS : PAM_AUTH_ERR;
}

__attribute__((visibility("default"))) int pam_sm_authenticate(pam_handle_t* pamh, int flags, int argc,
                                                               const char** argv) {
  static const char option[] = "socket=";
  struct yardstick_request request = {0};
  const char* user = NULL;
  char* code = NULL;
  (void)flags;
  if (argc != 1 || strncmp(argv[0], option, sizeof option - 1) != 0) return PAM_SERVICE_ERR;
  if (pam_get_user(pamh, &user, NULL) != PAM_SUCCESS) return PAM_USER_UNKNOWN;
  if (pam_prompt(pamh, PAM_PROMPT_ECHO_OFF, &code, "Code: ") != PAM_SUCCESS || code == NULL) return PAM_CONV_ERR;
  strncpy(request.user, user, sizeof request.user - 1);
  strncpy(request.code, code, sizeof request.code - 1);
  free(code);
  return ask(argv[0] + sizeof option - 1, &request);
}

__attribute__((visibility("default"))) int pam_sm_setcred(pam_handle_t* pamh, int flags, int argc, const char** argv) {
  (void)pamh, (void)flags, (void)argc, (void)argv;
  return PAM_SUCCESS;
}
