/* For tests/valgrind/run and tests/instructions: valgrind has no 64 GiB of address space to give, and LMDB asks for
 * them. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stddef.h>

int mdb_env_set_mapsize(void* env, size_t size);

int mdb_env_set_mapsize(void* env, size_t size) {
  int (*real)(void*, size_t) = NULL;
  *(void**)&real = dlsym(RTLD_NEXT, "mdb_env_set_mapsize");
  const size_t most = (size_t)256 << 20;
  return real(env, size < most ? size : most);
}
