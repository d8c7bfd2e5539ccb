#include "tests/unit/daemon/store/disk_log.hpp"

#include <dlfcn.h>
#include <fcntl.h>
#include <lmdb.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <mutex>
#include <utility>

namespace umbra::test {
namespace {

template <class Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

// One call is logged behind the other, and has done its work before the next begins. Recursive: a call may make
// another.
std::recursive_mutex one_at_a_time;

void log(DiskEvent event) { disk_log.push_back(std::move(event)); }

// The file's path in the logged folder, "." for the folder; empty: it is no concern of ours.
std::string name_of(int fd) {
  if (logged_folder.empty()) return {};
  std::array<char, 4096> room{};
  const ssize_t size = readlink(("/proc/self/fd/" + std::to_string(fd)).c_str(), room.data(), room.size());
  const std::string path(room.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
  if (path == logged_folder) return ".";
  if (!path.starts_with(logged_folder + "/")) return {};
  std::string name = path.substr(logged_folder.size() + 1);
  return name.substr(name.rfind('/') + 1).starts_with("lock") ? std::string() : name;
}

void log_write(int fd, const void* bytes, std::size_t size, off_t at) {
  const std::string name = name_of(fd);
  if (name.empty()) return;
  const bool durable = (fcntl(fd, F_GETFL) & O_DSYNC) != 0 && !(journal_is_lazy && name == "journal");
  log({durable ? DiskEvent::Kind::durable_write : DiskEvent::Kind::write, name, static_cast<std::uint64_t>(at),
       std::string(static_cast<const char*>(bytes), size)});
}

void log_sync(int fd) {
  const std::string name = name_of(fd);
  struct stat status{};
  if (!name.empty() && fstat(fd, &status) == 0)
    log({S_ISDIR(status.st_mode) ? DiskEvent::Kind::folder_sync : DiskEvent::Kind::sync, name, 0, {}});
}

// The name in the logged folder; empty: elsewhere.
std::string inside(const char* path) {
  const std::string text(path), folder = logged_folder + "/";
  return logged_folder.empty() || !text.starts_with(folder) ? std::string() : text.substr(folder.size());
}

ssize_t write_at(int fd, const void* bytes, size_t size, off_t at) {
  const std::lock_guard lock(one_at_a_time);
  const ssize_t n = next<ssize_t(int, const void*, size_t, off_t)>("pwrite64")(fd, bytes, size, at);
  if (n > 0) log_write(fd, bytes, static_cast<std::size_t>(n), at);
  return n;
}

void log_parts(int fd, const iovec* parts, int count, off_t at, std::size_t left) {
  for (int i = 0; i < count && left > 0; ++i) {
    const std::size_t size = parts[i].iov_len < left ? parts[i].iov_len : left;
    log_write(fd, parts[i].iov_base, size, at);
    at += static_cast<off_t>(size);
    left -= size;
  }
}

ssize_t write_parts_at(int fd, const iovec* parts, int count, off_t at) {
  const std::lock_guard lock(one_at_a_time);
  const ssize_t n = next<ssize_t(int, const iovec*, int, off_t)>("pwritev64")(fd, parts, count, at);
  if (n > 0) log_parts(fd, parts, count, at, static_cast<std::size_t>(n));
  return n;
}

// Where the file stands is asked for only while somebody logs: a pipe has no place.
template <class Call>
ssize_t write_on(int fd, const iovec* parts, int count, Call call) {
  const std::lock_guard lock(one_at_a_time);
  const off_t at = logged_folder.empty() ? 0 : lseek(fd, 0, SEEK_CUR);
  const ssize_t n = call();
  if (n > 0) log_parts(fd, parts, count, at, static_cast<std::size_t>(n));
  return n;
}

}  // namespace

void log_acknowledged() {
  const std::lock_guard lock(one_at_a_time);
  log({DiskEvent::Kind::acknowledged, {}, 0, {}});
}

}  // namespace umbra::test

// In place of libc's for all of the process, LMDB's library too, which finds what is visible here. Both names of each
// call: ours are built for 64-bit offsets, a library may not be.
#define UMBRA_IN_PLACE_OF(name) __asm__(name) __attribute__((visibility("default")))
extern "C" {
ssize_t umbra_pwrite(int fd, const void* bytes, size_t size, off_t at) UMBRA_IN_PLACE_OF("pwrite");
ssize_t umbra_pwrite(int fd, const void* bytes, size_t size, off_t at) {
  return umbra::test::write_at(fd, bytes, size, at);
}
ssize_t umbra_pwrite64(int fd, const void* bytes, size_t size, off_t at) UMBRA_IN_PLACE_OF("pwrite64");
ssize_t umbra_pwrite64(int fd, const void* bytes, size_t size, off_t at) {
  return umbra::test::write_at(fd, bytes, size, at);
}
ssize_t umbra_pwritev(int fd, const iovec* parts, int count, off_t at) UMBRA_IN_PLACE_OF("pwritev");
ssize_t umbra_pwritev(int fd, const iovec* parts, int count, off_t at) {
  return umbra::test::write_parts_at(fd, parts, count, at);
}
ssize_t umbra_pwritev64(int fd, const iovec* parts, int count, off_t at) UMBRA_IN_PLACE_OF("pwritev64");
ssize_t umbra_pwritev64(int fd, const iovec* parts, int count, off_t at) {
  return umbra::test::write_parts_at(fd, parts, count, at);
}
// LMDB 0.9 seeks, and then writes pages that lie side by side with one call.
ssize_t umbra_writev(int fd, const iovec* parts, int count) UMBRA_IN_PLACE_OF("writev");
ssize_t umbra_writev(int fd, const iovec* parts, int count) {
  return umbra::test::write_on(
      fd, parts, count, [&] { return umbra::test::next<ssize_t(int, const iovec*, int)>("writev")(fd, parts, count); });
}
ssize_t umbra_write(int fd, const void* bytes, size_t size) UMBRA_IN_PLACE_OF("write");
ssize_t umbra_write(int fd, const void* bytes, size_t size) {
  const iovec part{const_cast<void*>(bytes), size};
  return umbra::test::write_on(
      fd, &part, 1, [&] { return umbra::test::next<ssize_t(int, const void*, size_t)>("write")(fd, bytes, size); });
}
int umbra_fdatasync(int fd) UMBRA_IN_PLACE_OF("fdatasync");
int umbra_fdatasync(int fd) {
  const std::lock_guard lock(umbra::test::one_at_a_time);
  umbra::test::log_sync(fd);
  return umbra::test::next<int(int)>("fdatasync")(fd);
}
int umbra_fsync(int fd) UMBRA_IN_PLACE_OF("fsync");
int umbra_fsync(int fd) {
  const std::lock_guard lock(umbra::test::one_at_a_time);
  umbra::test::log_sync(fd);
  return umbra::test::next<int(int)>("fsync")(fd);
}
int umbra_rename(const char* from, const char* to) UMBRA_IN_PLACE_OF("rename");
int umbra_rename(const char* from, const char* to) {
  const std::lock_guard lock(umbra::test::one_at_a_time);
  const int result = umbra::test::next<int(const char*, const char*)>("rename")(from, to);
  if (const std::string name = umbra::test::inside(to); result == 0 && !name.empty())
    umbra::test::log({umbra::test::DiskEvent::Kind::renamed, name, 0, umbra::test::inside(from)});
  return result;
}
int __real_mdb_env_open(MDB_env* env, const char* path, unsigned flags, mdb_mode_t mode);
int __wrap_mdb_env_open(MDB_env* env, const char* path, unsigned flags, mdb_mode_t mode) {
  return __real_mdb_env_open(env, path, flags | umbra::test::extra_lmdb_flags, mode);
}
int __real_mdb_txn_commit(MDB_txn* txn);
int __wrap_mdb_txn_commit(MDB_txn* txn) {
  if (const auto act = std::exchange(umbra::test::before_commit, nullptr)) act();
  return __real_mdb_txn_commit(txn);
}
}
