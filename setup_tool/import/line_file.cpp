#include "setup_tool/import/line_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "setup_tool/failure.hpp"
#include "setup_tool/plain_text.hpp"

namespace umbra::intake {
namespace {

Failure bad(const std::string& path, const std::string& what) {
  return {Exit::bad_file, printable(path) + ": " + what};
}

bool same(const timespec& a, const timespec& b) noexcept { return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec; }

}  // namespace

// Not blocking, so that a FIFO ends here as well. No link is followed: the file of a user's home is the user's to bend.
LineFile::LineFile(std::string path, uid_t owner)
    : path_(std::move(path)),
      file_(open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY)),
      buffer_(2 * kMaxLine) {
  if (!file_ && errno == ELOOP) throw bad(path_, "is a symbolic link: name the file itself");
  if (!file_) throw bad(path_, std::string("cannot be opened: ") + std::strerror(errno));
  if (fstat(file_.get(), &status_) != 0) throw bad(path_, std::string("cannot be read: ") + std::strerror(errno));
  if (!S_ISREG(status_.st_mode)) throw bad(path_, "is no regular file: it is read twice, so write it to one first");
  if (status_.st_uid != 0 && status_.st_uid != geteuid() && status_.st_uid != owner)
    throw bad(path_, "belongs to somebody else, who could put a secret of his own into it: chown root it");
  if ((status_.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    throw bad(path_, "may be written by more than its owner: chmod go-w it");
}

void LineFile::rewind() {
  struct stat now{};
  if (fstat(file_.get(), &now) != 0 || now.st_size != status_.st_size || !same(now.st_mtim, status_.st_mtim) ||
      !same(now.st_ctim, status_.st_ctim))
    throw bad(path_, "was changed while it was read: nothing was imported, begin again");
  if (lseek(file_.get(), 0, SEEK_SET) != 0) throw bad(path_, std::string("cannot be read: ") + std::strerror(errno));
  begin_ = end_ = line_ = read_ = 0;
}

// False at the end of the file.
bool LineFile::fill() {
  std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
  end_ -= begin_;
  begin_ = 0;
  ssize_t got = 0;
  do got = ::read(file_.get(), buffer_.data() + end_, buffer_.size() - end_);
  while (got < 0 && errno == EINTR);
  if (got < 0) throw bad(path_, std::string("cannot be read: ") + std::strerror(errno));
  end_ += static_cast<std::size_t>(got);
  read_ += static_cast<std::size_t>(got);
  return got > 0;
}

// What follows a line's first kMaxLine bytes, up to its end.
void LineFile::skip_line() {
  for (;;) {
    const std::uint8_t* const from = buffer_.data() + begin_;
    const std::uint8_t* const stop = std::find(from, end_of_read(), std::uint8_t{'\n'});
    begin_ += static_cast<std::size_t>(stop - from);
    if (begin_ < end_) {
      ++begin_;
      return;
    }
    if (!fill()) return;
  }
}

bool LineFile::next(std::string_view& line) {
  line = {};
  too_long_ = false;
  std::size_t looked = 0;
  for (;;) {
    const std::uint8_t* const from = buffer_.data() + begin_;
    const std::uint8_t* const stop = std::find(from + looked, end_of_read(), std::uint8_t{'\n'});
    const auto size = static_cast<std::size_t>(stop - from);
    const bool whole = begin_ + size < end_;
    if (size > kMaxLine) {
      too_long_ = true;
      skip_line();
    } else if (!whole && fill()) {
      looked = size;
      continue;
    } else if (!whole && size == 0) {
      return false;
    } else {
      // fill() may have moved it.
      line = {reinterpret_cast<const char*>(buffer_.data() + begin_), size};
      begin_ += size + (whole ? 1 : 0);
    }
    ++line_;
    return true;
  }
}

std::string_view LineFile::rest() {
  while (end_ - begin_ <= kMaxLine && fill()) continue;
  if (end_ - begin_ > kMaxLine) throw bad(path_, "is larger than 64 KiB: it is not what its format says");
  line_ = 1;
  const std::string_view text(reinterpret_cast<const char*>(buffer_.data() + begin_), end_ - begin_);
  begin_ = end_;
  return text;
}

}  // namespace umbra::intake
