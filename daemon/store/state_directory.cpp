#include "daemon/store/state_directory.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace umbra {
namespace {

[[noreturn]] void fail(const std::string& what, const std::string& path) {
  throw std::runtime_error(what + " " + path + ": " + std::strerror(errno));
}

Descriptor open_lock(const std::string& folder) {
  if (mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) fail("cannot create", folder);
  const std::string lock = folder + "/lock";
  Descriptor file(::open(lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file) fail("cannot open", lock);
  if (flock(file.get(), LOCK_EX | LOCK_NB) == 0) return file;
  if (errno != EWOULDBLOCK) fail("cannot lock", lock);
  throw std::runtime_error("another umbra-totpd uses " + folder + ": stop it first (systemctl stop umbra-totpd)");
}

}  // namespace

StateDirectory::StateDirectory(std::string path) : path_(std::move(path)), lock_(open_lock(path_)) {}

void StateDirectory::sync() const {
  const Descriptor folder(::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder) fail("cannot open", path_);
  if (fsync(folder.get()) != 0) fail("cannot sync", path_);
}

}  // namespace umbra
