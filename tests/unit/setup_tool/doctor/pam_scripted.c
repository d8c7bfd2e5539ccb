/* A PAM module that returns what its argument value=N says. Its argument id=TEXT is added to ORDER in the transaction's
   environment, so that a test sees which lines were called, and when. */
#include <security/pam_modules.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int play(pam_handle_t* pamh, int argc, const char** argv) {
  int value = PAM_SUCCESS;
  const char* id = "?";
  for (int i = 0; i < argc; ++i) {
    if (strncmp(argv[i], "value=", 6) == 0) value = atoi(argv[i] + 6);
    if (strncmp(argv[i], "id=", 3) == 0) id = argv[i] + 3;
  }
  const char* before = pam_getenv(pamh, "ORDER");
  char order[4096];
  snprintf(order, sizeof order, "ORDER=%s%s,", before != NULL ? before : "", id);
  pam_putenv(pamh, order);
  return value;
}

__attribute__((visibility("default"))) int pam_sm_authenticate(pam_handle_t* pamh, int flags, int argc,
                                                               const char** argv) {
  (void)flags;
  return play(pamh, argc, argv);
}

__attribute__((visibility("default"))) int pam_sm_setcred(pam_handle_t* pamh, int flags, int argc, const char** argv) {
  (void)pamh, (void)flags, (void)argc, (void)argv;
  return PAM_SUCCESS;
}

__attribute__((visibility("default"))) int pam_sm_acct_mgmt(pam_handle_t* pamh, int flags, int argc,
                                                            const char** argv) {
  (void)flags;
  return play(pamh, argc, argv);
}
