#include "tests/unit/daemon/store/faulty_disk.hpp"

#include <fcntl.h>
#include <lmdb.h>
#include <sys/types.h>

#include <cerrno>
#include <utility>

extern "C" {
ssize_t __real_pwrite64(int fd, const void* bytes, size_t size, off_t at);
ssize_t __wrap_pwrite64(int fd, const void* bytes, size_t size, off_t at) {
  using umbra::test::Disk;
  ++umbra::test::writes;
  if ((fcntl(fd, F_GETFL) & O_DSYNC) != 0) ++umbra::test::synchronous;
  if (umbra::test::disk == Disk::works) return __real_pwrite64(fd, bytes, size, at);
  if (umbra::test::disk == Disk::full) return 0;
  Disk interrupted = Disk::interrupted;
  if (umbra::test::disk.compare_exchange_strong(interrupted, Disk::works)) {
    errno = EINTR;
    return -1;
  }
  if (umbra::test::disk == Disk::takes_and_fails) __real_pwrite64(fd, bytes, size, at);
  errno = EIO;
  return -1;
}
ssize_t __real_pread64(int fd, void* bytes, size_t size, off_t at);
ssize_t __wrap_pread64(int fd, void* bytes, size_t size, off_t at) {
  const bool interrupted = umbra::test::reads_interrupted.exchange(false);
  if (!interrupted && !umbra::test::reads_fail) return __real_pread64(fd, bytes, size, at);
  errno = interrupted ? EINTR : EIO;
  return -1;
}
int __real_mdb_txn_begin(MDB_env* env, MDB_txn* parent, unsigned flags, MDB_txn** txn);
int __wrap_mdb_txn_begin(MDB_env* env, MDB_txn* parent, unsigned flags, MDB_txn** txn) {
  if ((flags & MDB_RDONLY) != 0 && umbra::test::before_reading)
    if (const auto meanwhile = std::exchange(umbra::test::before_reading, nullptr)) meanwhile();
  return __real_mdb_txn_begin(env, parent, flags, txn);
}
int __real_mdb_txn_commit(MDB_txn* txn);
int __wrap_mdb_txn_commit(MDB_txn* txn) {
  if (umbra::test::beside_lmdb) umbra::test::beside_lmdb();
  if (!umbra::test::lmdb_fails) return __real_mdb_txn_commit(txn);
  mdb_txn_abort(txn);
  return ENOSPC;
}
}
