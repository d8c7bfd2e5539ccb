/* A name service for the benchmark's users: answers for bench0000000 and so on without a file to search, as a
 * directory service with an index would. Loaded through nsswitch.conf in the benchmark's own mount namespace. */
#include <errno.h>
#include <nss.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { first_uid = 200000, prefix = 5, digits = 7 };

__attribute__((visibility("default"))) enum nss_status _nss_umbrabench_getpwnam_r(const char* name, struct passwd* pw,
                                                                                  char* buffer, size_t size,
                                                                                  int* errnop) {
  if (strncmp(name, "bench", prefix) != 0 || strlen(name) != prefix + digits) return NSS_STATUS_NOTFOUND;
  if (size < 64) {
    *errnop = ERANGE;
    return NSS_STATUS_TRYAGAIN;
  }
  memcpy(buffer, name, prefix + digits + 1);
  memcpy(buffer + 16, "x", 2);
  memcpy(buffer + 18, "/", 2);
  memcpy(buffer + 20, "/bin/sh", 8);
  pw->pw_name = buffer;
  pw->pw_passwd = pw->pw_gecos = buffer + 16;
  pw->pw_dir = buffer + 18;
  pw->pw_shell = buffer + 20;
  pw->pw_uid = (uid_t)(first_uid + atoi(name + prefix));
  pw->pw_gid = 100;
  return NSS_STATUS_SUCCESS;
}
