#include "setup_tool/whole_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "common/descriptor.hpp"
#include "setup_tool/failure.hpp"
#include "setup_tool/plain_text.hpp"

namespace umbra {
namespace {

[[noreturn]] void cannot_create(const std::string& path, int code) {
  const std::string advice =
      code == EEXIST ? "it exists: remove it or choose another name" : std::string(std::strerror(code));
  throw Failure(Exit::usage, "cannot create " + printable(path) + ": " + advice);
}

[[noreturn]] void cannot_write(const std::string& path, int code) {
  throw Failure(Exit::refused, "cannot write " + printable(path) + ": " + std::strerror(code) +
                                   ": make room or choose another place, then repeat");
}

// 0600 by itself, whatever the umask is.
int create_beside(std::string& beside) {
  beside += ".XXXXXX";
  return mkostemp(beside.data(), O_CLOEXEC);
}

// 0, or errno; never over another file. Where the kernel or the file system has no such rename, a second name does it.
int name_it(const std::string& beside, const std::string& path) {
  if (renameat2(AT_FDCWD, beside.c_str(), AT_FDCWD, path.c_str(), RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS) return errno;
  if (link(beside.c_str(), path.c_str()) != 0) return errno;
  unlink(beside.c_str());
  return 0;
}

bool sync_folder_of(const std::string& path) {
  const auto slash = path.rfind('/');
  const std::string folder = slash == path.npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
  const Descriptor file(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return file && fsync(file.get()) == 0;
}

}  // namespace

WholeFile::WholeFile(std::string path) : path_(std::move(path)), beside_(path_), fd_(-1) {
  struct stat status{};
  if (lstat(path_.c_str(), &status) == 0) cannot_create(path_, EEXIST);
  fd_ = create_beside(beside_);
  if (fd_ < 0) cannot_create(path_, errno);
}

WholeFile::~WholeFile() {
  close(fd_);
  if (!published_) unlink(beside_.c_str());
}

void WholeFile::require_private() const {
  struct stat status{};
  if (fstat(fd_, &status) == 0 && (status.st_mode & (S_IRWXG | S_IRWXO)) == 0) return;
  throw Failure(Exit::usage, "others could read " + printable(path_) + ": choose a file system that keeps modes");
}

void WholeFile::write(std::string_view text) const {
  while (!text.empty()) {
    const ssize_t written = ::write(fd_, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) cannot_write(path_, errno);
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

void WholeFile::publish() {
  if (fsync(fd_) != 0) cannot_write(path_, errno);
  if (const int code = name_it(beside_, path_); code != 0) cannot_create(path_, code);
  published_ = true;
  if (!sync_folder_of(path_)) cannot_write(path_, errno);
}

}  // namespace umbra
