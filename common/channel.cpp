#include "common/channel.hpp"

#include <fcntl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace umbra {
namespace {

std::int64_t now_ms() noexcept {
  timespec t{};
  clock_gettime(CLOCK_MONOTONIC, &t);
  return std::int64_t{t.tv_sec} * 1000 + t.tv_nsec / 1'000'000;
}

// Lets the calls of `option` (SO_RCVTIMEO, SO_SNDTIMEO) wait as long as is left: to wait inside of them costs less than
// poll and then the call. `most_ms`: what they may wait now; one that is right or somewhat short stays.
ChannelError bound(int fd, int option, std::int64_t deadline_ms, std::int64_t& most_ms) noexcept {
  const std::int64_t left = deadline_ms - now_ms();
  if (left <= 0) return ChannelError::timeout;  // and to the kernel, zero would mean for ever
  if (most_ms <= left && most_ms > left / 2) return ChannelError::none;
  most_ms = left;
  const timeval most{left / 1000, left % 1000 * 1000};
  return setsockopt(fd, SOL_SOCKET, option, &most, sizeof most) == 0 ? ChannelError::none : ChannelError::broken;
}

// The call was interrupted, or its time ran out.
bool worth_another_look(int error) noexcept { return error == EINTR || error == EAGAIN; }

// A caller may run with 0, 1 or 2 closed; a socket there would be somebody's standard output.
int above_standard_streams(int fd) noexcept {
  if (fd < 0 || fd > STDERR_FILENO) return fd;
  const int higher = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  ::close(fd);
  return higher;
}

// Waits while the listener's backlog is full.
ChannelError connect_before(int fd, const sockaddr_un& address, std::int64_t deadline_ms,
                            std::int64_t& most_ms) noexcept {
  for (;;) {
    if (const auto error = bound(fd, SO_SNDTIMEO, deadline_ms, most_ms); error != ChannelError::none) return error;
    if (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return ChannelError::none;
    if (!worth_another_look(errno)) return ChannelError::absent;
  }
}

// Nothing secret is sent before the kernel has told who listens.
ChannelError check_peer(int fd, uid_t daemon_uid) noexcept {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0 || size != sizeof peer) return ChannelError::broken;
  return peer.uid == daemon_uid ? ChannelError::none : ChannelError::not_trusted;
}

}  // namespace

const char* describe(ChannelError error) noexcept {
  switch (error) {
    case ChannelError::none: return "done";
    case ChannelError::absent:
      return "umbra-totpd does not answer at its socket: start it (systemctl start umbra-totpd.socket)";
    case ChannelError::not_trusted: return "the socket is not served by root: somebody else listens there, look who";
    case ChannelError::timeout:
      return "umbra-totpd did not answer in time: look at its log (journalctl -u umbra-totpd)";
    case ChannelError::closed: return "umbra-totpd closed the connection: look at its log (journalctl -u umbra-totpd)";
    case ChannelError::broken:
      return "umbra-totpd gave an answer that makes no sense: look at its log (journalctl -u umbra-totpd)";
  }
  return "unknown";
}

bool new_request_id(wire::RequestId& id) noexcept {
  std::size_t got = 0;
  while (got < sizeof id.bytes) {
    const ssize_t n = getrandom(id.bytes + got, sizeof id.bytes - got, 0);
    if (n < 0 && errno != EINTR) return false;
    if (n > 0) got += static_cast<std::size_t>(n);
  }
  return true;
}

void Channel::close() noexcept {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

ChannelError Channel::open(std::int64_t deadline_ms) noexcept {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::size_t length = std::strlen(path_);
  if (length == 0 || length >= sizeof address.sun_path) return ChannelError::absent;
  std::memcpy(address.sun_path, path_, length);

  fd_ = above_standard_streams(socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
  if (fd_ < 0) return ChannelError::broken;
  send_ms_ = receive_ms_ = 0;
  ChannelError error = connect_before(fd_, address, deadline_ms, send_ms_);
  if (error == ChannelError::none) error = check_peer(fd_, daemon_uid_);
  if (error != ChannelError::none) close();
  return error;
}

ChannelError Channel::try_once(Bytes request, std::span<std::uint8_t> reply, std::size_t& reply_size,
                               std::int64_t deadline_ms) noexcept {
  for (;;) {
    if (const auto error = bound(fd_, SO_SNDTIMEO, deadline_ms, send_ms_); error != ChannelError::none) return error;
    const ssize_t sent = send(fd_, request.data(), request.size(), MSG_NOSIGNAL);
    if (sent == static_cast<ssize_t>(request.size())) break;
    if (sent >= 0) return ChannelError::broken;
    if (errno == EPIPE || errno == ECONNRESET) return ChannelError::closed;
    if (!worth_another_look(errno)) return ChannelError::broken;
  }
  for (;;) {
    if (const auto error = bound(fd_, SO_RCVTIMEO, deadline_ms, receive_ms_); error != ChannelError::none) return error;
    // MSG_TRUNC tells the packet's real length, so that a cut packet is never taken for a whole one.
    const ssize_t got = recv(fd_, reply.data(), reply.size(), MSG_TRUNC);
    if (got > 0) touch(static_cast<std::size_t>(got) < reply.size() ? static_cast<std::size_t>(got) : reply.size());
    if (got > 0 && static_cast<std::size_t>(got) <= reply.size()) {
      reply_size = static_cast<std::size_t>(got);
      return ChannelError::none;
    }
    if (got == 0 || (got < 0 && errno == ECONNRESET)) return ChannelError::closed;
    if (got > 0 || !worth_another_look(errno)) return ChannelError::broken;
  }
}

ChannelError Channel::exchange(Bytes request, std::span<std::uint8_t> reply, std::size_t& reply_size) noexcept {
  const std::int64_t deadline_ms = now_ms() + timeout_ms_;
  for (int attempt = 0;; ++attempt) {
    if (fd_ < 0)
      if (const auto error = open(deadline_ms); error != ChannelError::none) return error;
    const auto error = try_once(request, reply, reply_size, deadline_ms);
    if (error == ChannelError::none) return error;
    close();
    if (error != ChannelError::closed || attempt > 0) return error;
  }
}

}  // namespace umbra
