/* The yardstick's module: the least that a login through a daemon takes, in plain C. Options: socket=PATH, and then
 * twice: it asks first whether a code is wanted. */
#define PAM_SM_AUTH
#include <security/pam_ext.h>
#include <security/pam_modules.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "yardstick.h"

static int open_to(const char* path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
  strncpy(address.sun_path, path, sizeof address.sun_path - 1);
  if (fd < 0 || connect(fd, (const struct sockaddr*)&address, sizeof address) == 0) return fd;
  close(fd);
  return -1;
}

static int ask(int fd, const struct yardstick_request* request) {
  char answer = 0;
  if (send(fd, request, sizeof *request, MSG_NOSIGNAL) != (ssize_t)sizeof *request || recv(fd, &answer, 1, 0) != 1)
    return PAM_AUTHINFO_UNAVAIL;
  return answer == 1 ? PAM_SUCCESS : PAM_AUTH_ERR;
}

static int log_in(pam_handle_t* pamh, const char* path, int twice) {
  struct yardstick_request request = {0};
  const char* user = NULL;
  char* code = NULL;
  int fd = -1;
  int result = PAM_SUCCESS;
  if (pam_get_user(pamh, &user, NULL) != PAM_SUCCESS) return PAM_USER_UNKNOWN;
  strncpy(request.user, user, sizeof request.user - 1);
  if (twice && (fd = open_to(path)) >= 0) result = ask(fd, &request);
  if (result == PAM_SUCCESS && pam_prompt(pamh, PAM_PROMPT_ECHO_OFF, &code, "Code: ") != PAM_SUCCESS)
    result = PAM_CONV_ERR;
  if (code != NULL) {
    strncpy(request.code, code, sizeof request.code - 1);
    free(code);
    if (fd < 0) fd = open_to(path);
    result = fd < 0 ? PAM_AUTHINFO_UNAVAIL : ask(fd, &request);
  }
  if (fd >= 0) close(fd);
  return request.code[0] == '\0' && result == PAM_SUCCESS ? PAM_AUTH_ERR : result;
}

__attribute__((visibility("default"))) int pam_sm_authenticate(pam_handle_t* pamh, int flags, int argc,
                                                               const char** argv) {
  static const char option[] = "socket=";
  (void)flags;
  if (argc < 1 || strncmp(argv[0], option, sizeof option - 1) != 0) return PAM_SERVICE_ERR;
  return log_in(pamh, argv[0] + sizeof option - 1, argc > 1 && strcmp(argv[1], "twice") == 0);
}

__attribute__((visibility("default"))) int pam_sm_setcred(pam_handle_t* pamh, int flags, int argc, const char** argv) {
  (void)pamh, (void)flags, (void)argc, (void)argv;
  return PAM_SUCCESS;
}
