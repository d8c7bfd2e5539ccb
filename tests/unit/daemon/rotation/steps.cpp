#include "tests/unit/daemon/rotation/steps.hpp"

#include <lmdb.h>
#include <sys/types.h>

#include <mutex>

namespace {

std::recursive_mutex mutex;  // no other step begins while a watcher copies the files
std::function<void(const std::string&)> watcher;
bool watching = false;

void tell(const char* step) {
  if (!watcher || watching) return;
  watching = true;
  watcher(step);
  watching = false;
}

}  // namespace

void umbra::test::watch_steps(std::function<void(const std::string&)> fresh) {
  const std::lock_guard lock(mutex);
  watcher = std::move(fresh);
}

extern "C" {
ssize_t __real_pwrite64(int fd, const void* bytes, size_t size, off_t at);
ssize_t __wrap_pwrite64(int fd, const void* bytes, size_t size, off_t at) {
  const std::lock_guard lock(mutex);
  const ssize_t result = __real_pwrite64(fd, bytes, size, at);
  tell("journal");
  return result;
}
int __real_mdb_txn_commit(MDB_txn* txn);
int __wrap_mdb_txn_commit(MDB_txn* txn) {
  const std::lock_guard lock(mutex);
  const int result = __real_mdb_txn_commit(txn);
  tell("commit");
  return result;
}
int __real_fsync(int fd);
int __wrap_fsync(int fd) {
  const std::lock_guard lock(mutex);
  const int result = __real_fsync(fd);
  tell("fsync");
  return result;
}
int __real_rename(const char* from, const char* to);
int __wrap_rename(const char* from, const char* to) {
  const std::lock_guard lock(mutex);
  const int result = __real_rename(from, to);
  tell("rename");
  return result;
}
}
