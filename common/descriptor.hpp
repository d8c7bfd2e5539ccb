// The owner of one file descriptor; ruled by close(2).
#pragma once

#include <unistd.h>

namespace umbra {

class Descriptor {
 public:
  explicit Descriptor(int fd) noexcept : fd_(fd) {}  // negative: none, as open(2) answers a failure
  Descriptor(Descriptor&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  [[nodiscard]] int get() const noexcept { return fd_; }
  explicit operator bool() const noexcept { return fd_ >= 0; }

 private:
  int fd_;
};

}  // namespace umbra
