#include "tests/integration/tool/fake_daemon.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <system_error>

namespace umbra::test {
namespace {

int checked(int result, const char* what) {
  if (result < 0) throw std::system_error(errno, std::generic_category(), what);
  return result;
}

// The kernel notes at listen() whom SO_PEERCRED will name. setresuid() of glibc would change every thread: this one
// is alone when it is called.
void listen_as(int fd, uid_t uid) {
  checked(seteuid(uid), "seteuid");
  const int result = listen(fd, 8);
  checked(seteuid(0), "seteuid");
  checked(result, "listen");
}

}  // namespace

ScratchFolder::ScratchFolder() {
  char path[] = "/tmp/umbra-tool-XXXXXX";
  if (mkdtemp(path) == nullptr) throw std::system_error(errno, std::generic_category(), "mkdtemp");
  path_ = path;
  chmod(path, 0711);
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

FakeDaemon::FakeDaemon(uid_t uid) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = socket();
  std::memcpy(address.sun_path, path.c_str(), path.size());
  listener_ = checked(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0), "socket");
  checked(bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address), "bind");
  // As the daemon's socket: open to everybody.
  checked(chmod(path.c_str(), 0666), "chmod");
  listen_as(listener_, uid);
  checked(pipe2(stop_pipe_, O_CLOEXEC), "pipe2");
  thread_ = std::thread([this] { serve(); });
}

FakeDaemon::~FakeDaemon() {
  close(stop_pipe_[1]);
  thread_.join();
  close(stop_pipe_[0]);
  close(listener_);
}

int FakeDaemon::count(wire::Op op) const {
  const std::lock_guard lock(mutex_);
  const auto found = counts_.find(op);
  return found == counts_.end() ? 0 : found->second;
}

void FakeDaemon::answer_raw(wire::Op op, Handler handler) {
  const std::lock_guard lock(mutex_);
  handlers_[op] = std::move(handler);
}

// One connection at a time is all that one tool needs.
void FakeDaemon::serve() {
  for (;;) {
    pollfd ready[] = {{listener_, POLLIN, 0}, {stop_pipe_[0], 0, 0}};
    if (poll(ready, 2, -1) < 0 && errno == EINTR) continue;
    if (ready[1].revents != 0) return;
    const int connection = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection < 0) continue;
    talk(connection);
    close(connection);
  }
}

void FakeDaemon::talk(int connection) {
  for (;;) {
    pollfd ready[] = {{connection, POLLIN, 0}, {stop_pipe_[0], 0, 0}};
    if (poll(ready, 2, -1) < 0 && errno == EINTR) continue;
    if (ready[1].revents != 0) return;
    Packet request(wire::kMaxPacket);
    const ssize_t got = recv(connection, request.data(), request.size(), 0);
    if (got <= 0) return;
    request.resize(static_cast<std::size_t>(got));
    wire::RequestHeader header;
    wire::decode_header(request, header);
    const auto op = static_cast<wire::Op>(header.op);
    Handler handler;
    {
      const std::lock_guard lock(mutex_);
      ++counts_[op];
      handler = handlers_[op];
    }
    const Packet reply = handler ? handler(request) : Packet{};
    if (reply.empty()) return;
    if (send(connection, reply.data(), reply.size(), MSG_NOSIGNAL) < 0) return;
  }
}

}  // namespace umbra::test
