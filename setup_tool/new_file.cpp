#include "setup_tool/new_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "setup_tool/failure.hpp"
#include "setup_tool/plain_text.hpp"

namespace umbra {

NewFile::NewFile(std::string path)
    : path_(std::move(path)), fd_(open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600)) {
  if (fd_ >= 0) return;
  const std::string advice =
      errno == EEXIST ? "it exists: remove it or choose another name" : std::string(std::strerror(errno));
  throw Failure(Exit::usage, "cannot create " + printable(path_) + ": " + advice);
}

NewFile::~NewFile() {
  close(fd_);
  if (!kept_) unlink(path_.c_str());
}

void NewFile::write(Bytes content) const {
  const char* at = reinterpret_cast<const char*>(content.data());
  std::size_t left = content.size();
  while (left > 0) {
    const ssize_t written = ::write(fd_, at, left);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) break;
    at += written;
    left -= static_cast<std::size_t>(written);
  }
  if (left > 0 || fsync(fd_) != 0)
    throw Failure(Exit::refused, "cannot write " + printable(path_) + ": " + std::strerror(errno) +
                                     ": nothing was shown or confirmed, make room and run it again");
}

}  // namespace umbra
