#include "daemon/system/systemd.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>
#define SD_JOURNAL_SUPPRESS_LOCATION  // every line would name the wrapper
#include <systemd/sd-journal.h>
#include <unistd.h>

#include <charconv>
#include <cinttypes>
#include <cstdlib>
#include <cstring>
#include <ctime>

namespace umbra::systemd {
namespace {

tl::unexpected<std::string> refuse(const std::string& what) {
  return tl::unexpected("systemd's socket: " + what + "; see ListenSequentialPacket= in umbra-totpd.socket");
}

template <class Integer>
const char* number(const char* from, const char* end, Integer& value) noexcept {
  const auto [next, error] = std::from_chars(from, end, value);
  return error == std::errc() ? next : nullptr;
}

}  // namespace

void notify_ready() noexcept { sd_notify(0, "READY=1"); }

// sd_notify(3): "RELOADING=1 ... MONOTONIC_USEC=" carries CLOCK_MONOTONIC of when the reload began.
void notify_reloading() noexcept {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  const auto microseconds = std::int64_t{now.tv_sec} * 1'000'000 + now.tv_nsec / 1000;
  sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%" PRId64, microseconds);
}

void notify_stopping() noexcept { sd_notify(0, "STOPPING=1"); }

void notify_watchdog() noexcept { sd_notify(0, "WATCHDOG=1"); }

std::chrono::microseconds watchdog_interval() noexcept {
  std::uint64_t microseconds = 0;
  if (sd_watchdog_enabled(0, &microseconds) <= 0) return {};
  return std::chrono::microseconds(static_cast<std::int64_t>(microseconds));
}

tl::expected<std::optional<int>, std::string> listen_fd() {
  const int count = sd_listen_fds(1);
  if (count < 0) return refuse(std::strerror(-count));
  if (count == 0) return std::nullopt;
  if (count > 1) return refuse("one is expected, " + std::to_string(count) + " were given");
  const int fd = SD_LISTEN_FDS_START;
  if (sd_is_socket(fd, AF_UNIX, SOCK_SEQPACKET, 1) <= 0) return refuse("it is no listening AF_UNIX SOCK_SEQPACKET one");
  const int flags = fcntl(fd, F_GETFL);
  if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0 || fcntl(fd, F_SETFD, FD_CLOEXEC) != 0)
    return refuse(std::strerror(errno));
  return fd;
}

// systemd.exec(5): "the device and inode numbers of the file descriptor, separated by a colon"
bool stderr_is_journal() noexcept {
  const char* stream = std::getenv("JOURNAL_STREAM");
  struct stat status{};
  if (stream == nullptr || fstat(STDERR_FILENO, &status) != 0) return false;
  const char* end = stream + std::strlen(stream);
  dev_t device = 0;
  ino_t inode = 0;
  const char* colon = number(stream, end, device);
  if (colon == nullptr || colon == end || *colon != ':') return false;
  return number(colon + 1, end, inode) == end && device == status.st_dev && inode == status.st_ino;
}

bool journal(std::span<const iovec> fields) noexcept {
  return sd_journal_sendv(fields.data(), static_cast<int>(fields.size())) == 0;
}

}  // namespace umbra::systemd
