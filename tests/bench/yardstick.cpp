// The yardstick: what this machine gives a daemon that does the bare minimum durably, for comparison alone.
//
//   yardstick SOCKET FOLDER       FOLDER as `make_records yardstick` leaves it
//
// One request a connection, or one that is only asked whether a code is wanted, and then that: Fernet opened, three
// windows compared, the step put, all that waits in one commit that is on disk, then the answers. No limits, no
// lockout, no audit, no look at who asks; nobody should log in with it.

#include "tests/bench/yardstick.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "daemon/crypto/keyring_file.hpp"
#include "daemon/crypto/sodium.hpp"
#include "daemon/rules/totp.hpp"
#include "daemon/system/systemd.hpp"
#include "tests/bench/yardstick_store.hpp"

namespace {

using namespace umbra;

struct Burn {
  int client;
  std::string user;
  std::uint64_t step;
};

void answer(int client, bool good) {
  const char byte = good ? 1 : 0;
  send(client, &byte, 1, MSG_NOSIGNAL | MSG_DONTWAIT);
  close(client);
}

class Committer {
 public:
  explicit Committer(const bench::YardstickStore& store) : store_(store), thread_([this] { run(); }) {}

  void submit(Burn burn) {
    bool first = false;
    {
      const std::lock_guard lock(mutex_);
      first = waiting_.empty();
      waiting_.push_back(std::move(burn));
    }
    if (first) come_.notify_one();
  }

 private:
  [[noreturn]] void run() {
    std::vector<Burn> batch;
    std::vector<bool> good;
    for (;;) {
      batch.clear();
      good.clear();
      {
        std::unique_lock lock(mutex_);
        come_.wait(lock, [this] { return !waiting_.empty(); });
        batch.swap(waiting_);
      }
      lmdb::Transaction write(store_.environment, lmdb::Transaction::Mode::write);
      for (const Burn& burn : batch) good.push_back(store_.burn(write, burn.user, burn.step));
      write.commit();
      for (std::size_t i = 0; i < batch.size(); ++i) answer(batch[i].client, good[i]);
    }
  }

  const bench::YardstickStore& store_;
  std::mutex mutex_;
  std::condition_variable come_;
  std::vector<Burn> waiting_;  // guarded by mutex_
  std::thread thread_;         // last: it uses all above
};

// The step whose code this is; nothing where it is none of the three.
std::optional<std::uint64_t> matching_step(const bench::YardstickStore& store, const KeyRing& ring,
                                           const yardstick_request& request) {
  const lmdb::Transaction read(store.environment, lmdb::Transaction::Mode::read);
  const auto token = store.token(read, request.user);
  std::uint8_t secret[64];
  const std::int64_t now = std::time(nullptr);
  const auto size = token ? ring.open(*token, std::nullopt, now, secret) : std::nullopt;
  if (!size) return std::nullopt;
  const Hotp hotp(wire::Algorithm::sha1, Bytes(secret, *size), 6);
  const auto typed = static_cast<std::uint32_t>(std::strtoul(request.code, nullptr, 10));
  std::optional<std::uint64_t> found;
  const std::uint64_t middle = time_step(now, 30);
  for (std::uint64_t step = middle - 1; step <= middle + 1; ++step)
    if (hotp(step) == typed) found = step;
  return found;
}

int listen_at(const char* path) {
  const int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path, sizeof address.sun_path - 1);
  unlink(path);
  if (fd < 0 || bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 || listen(fd, 1024) != 0)
    throw std::runtime_error("cannot listen");
  return fd;
}

[[noreturn]] void serve(int listener, const bench::YardstickStore& store, const KeyRing& ring) {
  Committer committer(store);
  const int poll = epoll_create1(EPOLL_CLOEXEC);
  const auto watch = [&](int how, int fd, std::uint32_t events) {
    epoll_event event{};
    event.events = events;
    event.data.fd = fd;
    epoll_ctl(poll, how, fd, &event);
  };
  // False where the next request has not come yet.
  const auto take = [&](int client) {
    for (;;) {
      yardstick_request request{};
      const auto got = recv(client, &request, sizeof request, 0);
      if (got < 0) return false;
      request.user[sizeof request.user - 1] = request.code[sizeof request.code - 1] = 0;
      if (got == sizeof request && request.code[0] == 0) {
        const char wanted = 1;
        send(client, &wanted, 1, MSG_NOSIGNAL | MSG_DONTWAIT);
        continue;
      }
      const auto step = got == sizeof request ? matching_step(store, ring, request) : std::nullopt;
      if (step)
        committer.submit({client, request.user, *step});
      else
        answer(client, false);
      return true;
    }
  };
  watch(EPOLL_CTL_ADD, listener, EPOLLIN);
  systemd::notify_ready();
  epoll_event events[64];
  for (;;) {
    const int count = epoll_wait(poll, events, 64, -1);
    for (int i = 0; i < count; ++i) {
      if (events[i].data.fd != listener) {
        if (!take(events[i].data.fd)) watch(EPOLL_CTL_MOD, events[i].data.fd, EPOLLIN | EPOLLONESHOT);
        continue;
      }
      for (int client = 0; (client = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK)) >= 0;)
        if (!take(client)) watch(EPOLL_CTL_ADD, client, EPOLLIN | EPOLLONESHOT);
    }
  }
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 3) throw std::runtime_error("usage: yardstick SOCKET FOLDER");
  sodium::init();
  bool missing = false;
  const auto ring = load_keyring(std::string(argv[2]) + "/keyring", missing);
  if (!ring) throw std::runtime_error(ring.error());
  const bench::YardstickStore store(argv[2]);
  serve(listen_at(argv[1]), store, *ring);
} catch (const std::exception& error) {
  std::fprintf(stderr, "yardstick: %s\n", error.what());
  return 1;
}
