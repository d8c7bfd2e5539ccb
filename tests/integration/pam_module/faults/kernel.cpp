// libc as the module meets it: -Wl,--wrap sends each of its calls here (tests/integration/pam_module/meson.build).
#include <fcntl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>

#include <algorithm>
#include <cerrno>
#include <cstdarg>
#include <cstdlib>
#include <cstring>

#include "tests/integration/pam_module/faults/machine.hpp"

using umbra::test::Connection;
using umbra::test::machine;

namespace {

template <std::size_t N>
int fail_with(const int (&errors)[N]) {
  errno = machine->dice.pick(errors);
  return -1;
}

void pass(std::int64_t ms) { machine->now_ms += ms; }

// Something came up before the time was over, or the time was over: a timer is never early.
void wait_at_most(std::int64_t ms) {
  pass(static_cast<std::int64_t>(machine->dice.below(static_cast<std::size_t>(ms > 0 ? ms : 0) + 2)));
}

}  // namespace

// glibc's own names for them, and the linker's.
// NOLINTBEGIN(bugprone-reserved-identifier, cert-dcl37-c, cert-dcl51-cpp)
extern "C" {

void* __real_calloc(size_t count, size_t size);
void* __wrap_calloc(size_t count, size_t size) {
  if (machine == nullptr) return __real_calloc(count, size);
  if (machine->fails("calloc")) return nullptr;
  return machine->remember(__real_calloc(count, size));
}

char* __real_strdup(const char* text);
char* __wrap_strdup(const char* text) {
  if (machine == nullptr) return __real_strdup(text);
  if (machine->fails("strdup")) return nullptr;
  return static_cast<char*>(machine->remember(__real_strdup(text)));
}

void __real_free(void* block);
void __wrap_free(void* block) {
  if (machine != nullptr) machine->forget(block);
  __real_free(block);
}

int __real_clock_gettime(clockid_t clock, timespec* time);
int __wrap_clock_gettime(clockid_t clock, timespec* time) {
  if (machine == nullptr) return __real_clock_gettime(clock, time);
  machine->turn();
  *time = {machine->now_ms / 1000, machine->now_ms % 1000 * 1'000'000};
  return 0;
}

ssize_t __real_getrandom(void* bytes, size_t size, unsigned flags);
ssize_t __wrap_getrandom(void* bytes, size_t size, unsigned flags) {
  if (machine == nullptr) return __real_getrandom(bytes, size, flags);
  if (machine->fails("getrandom")) {
    if (machine->dice.one_in(2)) return fail_with({EINTR, EAGAIN, ENOSYS, EPERM});
    size = 1 + machine->dice.below(size);
  }
  for (size_t i = 0; i < size; ++i) static_cast<unsigned char*>(bytes)[i] = machine->dice.next() & 0xFF;
  return static_cast<ssize_t>(size);
}

int __real_socket(int domain, int type, int protocol);
int __wrap_socket(int domain, int type, int protocol) {
  if (machine == nullptr) return __real_socket(domain, type, protocol);
  if (machine->fails("socket")) return fail_with({EMFILE, ENFILE, ENOMEM, ENOBUFS, EACCES, EAFNOSUPPORT});
  if ((type & SOCK_CLOEXEC) == 0) machine->complain("a socket that is inherited");
  return machine->open_descriptor(machine->dice.one_in(8) ? static_cast<int>(machine->dice.below(3)) : 5);
}

int __real_connect(int fd, const sockaddr* address, socklen_t size);
int __wrap_connect(int fd, const sockaddr* address, socklen_t size) {
  if (machine == nullptr) return __real_connect(fd, address, size);
  if (fd < 3) machine->complain("the socket took a standard stream's place");
  Connection* const connection = machine->connection(fd);
  if (connection->send_ms <= 0) machine->complain("a connect without an end");
  if (machine->fails("connect")) {
    wait_at_most(connection->send_ms);
    return fail_with({EINTR, EAGAIN, EAGAIN, ECONNREFUSED, ENOENT, EACCES, ENOMEM, EPROTOTYPE});
  }
  connection->connected = true;
  connection->trusted = !machine->fails("a trusted daemon");
  return 0;
}

int __real_getsockopt(int fd, int level, int option, void* value, socklen_t* size);
int __wrap_getsockopt(int fd, int level, int option, void* value, socklen_t* size) {
  if (machine == nullptr) return __real_getsockopt(fd, level, option, value, size);
  const Connection* const connection = machine->connection(fd);
  if (machine->fails("getsockopt")) {
    if (machine->dice.one_in(2)) return fail_with({ENOMEM, ENOTCONN, ENOPROTOOPT, EINVAL});
    *size = static_cast<socklen_t>(machine->dice.below(sizeof(ucred)));
    return 0;
  }
  const ucred peer{1, connection->trusted ? uid_t{0} : uid_t{1000}, 0};
  std::memcpy(value, &peer, sizeof peer);
  *size = sizeof peer;
  return 0;
}

int __real_fcntl64(int fd, int command, ...);
int __wrap_fcntl64(int fd, int command, ...) {
  va_list words;
  va_start(words, command);
  const long word = va_arg(words, long);
  va_end(words);
  if (machine == nullptr) return __real_fcntl64(fd, command, word);
  machine->connection(fd);
  if (command != F_DUPFD_CLOEXEC) machine->complain("fcntl " + std::to_string(command));
  if (machine->fails("fcntl")) return fail_with({EMFILE, EINVAL});
  return machine->open_descriptor(static_cast<int>(word));
}

// Linux closes a descriptor also where it says that it was interrupted.
int __real_close(int fd);
int __wrap_close(int fd) {
  if (machine == nullptr) return __real_close(fd);
  machine->close_descriptor(fd);
  return machine->fails("close") ? fail_with({EINTR, EIO}) : 0;
}

int __real_setsockopt(int fd, int level, int option, const void* value, socklen_t size);
int __wrap_setsockopt(int fd, int level, int option, const void* value, socklen_t size) {
  if (machine == nullptr) return __real_setsockopt(fd, level, option, value, size);
  Connection* const connection = machine->connection(fd);
  if (option != SO_RCVTIMEO && option != SO_SNDTIMEO) machine->complain("setsockopt " + std::to_string(option));
  if (machine->fails("setsockopt")) return fail_with({ENOMEM, ENOPROTOOPT, EDOM});
  timeval time{};
  std::memcpy(&time, value, sizeof time);
  const std::int64_t most = time.tv_sec * 1000 + time.tv_usec / 1000;
  (option == SO_RCVTIMEO ? connection->receive_ms : connection->send_ms) = most;
  if (most <= 0) machine->complain("a wait without an end");
  return 0;
}

ssize_t __real_send(int fd, const void* bytes, size_t size, int flags);
ssize_t __wrap_send(int fd, const void* bytes, size_t size, int flags) {
  if (machine == nullptr) return __real_send(fd, bytes, size, flags);
  Connection* const connection = machine->connection(fd);
  if (!connection->connected) machine->complain("send before connect");
  if (connection->send_ms <= 0) machine->complain("a send without an end");
  if ((flags & MSG_NOSIGNAL) == 0) machine->complain("a send that may raise SIGPIPE");
  if (connection->closed) return fail_with({EPIPE, ECONNRESET});
  const bool fails = machine->fails("send");
  const std::string packet(static_cast<const char*>(bytes), size);
  // It failed before the daemon had it, or behind that.
  if (!fails || machine->dice.one_in(4)) machine->deliver(*connection, packet);
  if (!fails) return static_cast<ssize_t>(size);
  if (machine->dice.one_in(4)) return static_cast<ssize_t>(machine->dice.below(size));
  wait_at_most(connection->send_ms);
  return fail_with({EINTR, EAGAIN, EPIPE, ECONNRESET, ENOBUFS, ENOMEM, EMSGSIZE, EIO});
}

ssize_t __real_recv(int fd, void* bytes, size_t size, int flags);
ssize_t __wrap_recv(int fd, void* bytes, size_t size, int flags) {
  if (machine == nullptr) return __real_recv(fd, bytes, size, flags);
  Connection* const connection = machine->connection(fd);
  if ((flags & MSG_TRUNC) == 0) machine->complain("a recv that takes a cut packet for a whole one");
  if (connection->receive_ms <= 0) machine->complain("a recv without an end");
  const bool fails = machine->fails("recv");
  if (fails && machine->dice.one_in(2)) {
    wait_at_most(connection->receive_ms);
    return fail_with({EINTR, EAGAIN, ECONNRESET, ENOMEM, EIO});
  }
  if (fails && machine->dice.one_in(3)) return 0;
  if (connection->closed && connection->inbox.empty()) return 0;
  const auto comes =
      connection->inbox.empty() ? machine->now_ms + connection->receive_ms + 1 : connection->inbox.front().first;
  const auto wait = comes - machine->now_ms;
  pass(std::clamp<std::int64_t>(wait, 0, connection->receive_ms + 1));
  if (wait > connection->receive_ms) return fail_with({EAGAIN});
  const std::string packet = connection->inbox.front().second;
  connection->inbox.pop_front();
  std::memcpy(bytes, packet.data(), packet.size());
  if (!fails) return static_cast<ssize_t>(packet.size());
  const std::size_t odd = machine->dice.one_in(2) ? size + 1 : machine->dice.below(packet.size() + 1);
  return static_cast<ssize_t>(odd == packet.size() ? 0 : odd);
}

}  // extern "C"
// NOLINTEND(bugprone-reserved-identifier, cert-dcl37-c, cert-dcl51-cpp)
