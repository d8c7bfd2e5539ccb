#include "daemon/edge/listener.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "common/descriptor.hpp"

namespace umbra {
namespace {

namespace asio = boost::asio;
constexpr std::chrono::milliseconds kPause{100};
constexpr std::chrono::milliseconds kTick{250};
constexpr int kBacklog = 4096;

[[noreturn]] void fail(const std::string& what) { throw std::runtime_error(what + ": " + std::strerror(errno)); }

// Whether somebody listens there: a dead daemon's socket refuses, a busy one's queue may be full.
bool is_served(const sockaddr_un& address) {
  const Descriptor probe(socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!probe) fail("cannot make a socket");
  return connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 || errno == EAGAIN;
}

}  // namespace

int bind_socket(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path)
    throw std::runtime_error("the socket's path is too long: " + path);
  std::memcpy(address.sun_path, path.data(), path.size());
  const int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) fail("cannot make a socket");
  if (const auto slash = path.rfind('/'); slash != std::string::npos && slash > 0)
    mkdir(path.substr(0, slash).c_str(), 0755);  // a failure shows in bind
  // A dead daemon's socket goes. One that is served belongs to a daemon with another state directory, or to systemd:
  // to take its place would send every login to a database that knows nobody.
  struct stat there{};
  if (lstat(path.c_str(), &there) == 0 && !S_ISSOCK(there.st_mode))
    throw std::runtime_error("something that is no socket lies at " + path + ": move it away or choose another path");
  if (is_served(address))
    throw std::runtime_error("another umbra-totpd or systemd listens at " + path +
                             ": stop it first (systemctl stop umbra-totpd.socket umbra-totpd)");
  unlink(path.c_str());
  if (bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) fail("cannot listen at " + path);
  if (chmod(path.c_str(), 0666) != 0) fail("cannot open " + path + " to callers");
  if (listen(fd, kBacklog) != 0) fail("cannot listen at " + path);
  return fd;
}

bool Listener::Count::begin(const Peer& peer) {
  const std::lock_guard lock(mutex);
  const auto user = by_user.find(peer.uid);
  const std::size_t own = user == by_user.end() ? 0 : user->second;
  if (all >= kMaxSessions || (!peer.root() && own >= kMaxSessionsPerUser)) return false;
  ++by_user[peer.uid];
  ++all;
  return true;
}

void Listener::Count::end(uid_t uid) {
  const std::lock_guard lock(mutex);
  --all;
  if (const auto user = by_user.find(uid); user != by_user.end() && --user->second == 0) by_user.erase(user);
}

Listener::Listener(asio::io_context& loop, int fd, Dispatcher& dispatcher, const Log& log)
    : loop_(loop), socket_(loop, fd), pause_(loop), tick_(loop), dispatcher_(dispatcher), log_(log) {}

void Listener::start() { wait(); }

void Listener::stop() {
  boost::system::error_code ignored;
  pause_.cancel();
  tick_.cancel();
  socket_.cancel(ignored);
  for (const auto& weak : sessions_)
    if (const auto session = weak.lock()) session->finish();
  sessions_.clear();
}

void Listener::wait() {
  socket_.async_wait(asio::posix::stream_descriptor::wait_read, [this](const boost::system::error_code& error) {
    if (!error) accept_all();
  });
}

void Listener::accept_all() {
  for (;;) {
    const int fd = accept4(socket_.native_handle(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd >= 0) {
      try_to_take(fd);
    } else if (errno == EAGAIN) {
      return wait();
    } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
      log_.note(LOG_WARNING, "no descriptor or memory for one more connection: waiting for some to end");
      return pause();
    } else if (errno != EINTR && errno != ECONNABORTED) {
      log_.note(LOG_ERR, std::string("accept: ") + std::strerror(errno));
      return pause();
    }
  }
}

// Without descriptors the socket stays readable: asking again at once would only spin.
void Listener::pause() {
  pause_.expires_after(kPause);
  pause_.async_wait([this](const boost::system::error_code& error) {
    if (!error) accept_all();
  });
}

void Listener::try_to_take(int fd) noexcept {
  try {
    take(fd);
  } catch (const std::exception& error) {
    log_.note(LOG_ERR, error.what());
  }
}

void Listener::take(int fd) {
  ucred credentials{};
  socklen_t size = sizeof credentials;
  if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0 || size != sizeof credentials) {
    close(fd);
    return;
  }
  const Peer peer{credentials.uid};
  if (!count_->begin(peer)) {
    close(fd);
    return;
  }
  std::shared_ptr<Session> session;
  try {
    session =
        std::make_shared<Session>(loop_, fd, peer, dispatcher_, [count = count_, uid = peer.uid] { count->end(uid); });
  } catch (...) {
    count_->end(peer.uid);
    close(fd);
    throw;
  }
  sessions_.push_back(session);
  if (sessions_.size() == 1) tick();
  session->start();
}

// While there are connections: closes those that are late, forgets those that have ended.
void Listener::tick() {
  tick_.expires_after(kTick);
  tick_.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    std::erase_if(sessions_, [](const auto& weak) { return weak.expired(); });
    const auto now = std::chrono::steady_clock::now();
    for (const auto& weak : sessions_)
      if (const auto session = weak.lock()) session->stop_if_late(now);
    if (!sessions_.empty()) tick();
  });
}

}  // namespace umbra
