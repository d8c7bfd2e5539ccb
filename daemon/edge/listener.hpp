// Takes connections from the socket, learns from the kernel who they are, and bounds how many there are.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "daemon/edge/session.hpp"

namespace umbra {

// A bound, listening SOCK_SEQPACKET socket at `path`, mode 0666, over a stale one of ours. Throws std::runtime_error
// with one line that says what to do.
int bind_socket(const std::string& path);

class Listener {
 public:
  static constexpr std::size_t kMaxSessions = 16384;
  static constexpr std::size_t kMaxSessionsPerUser = 256;  // of one uid other than root

  Listener(boost::asio::io_context& loop, int fd, Dispatcher& dispatcher, const Log& log);

  void start();
  void stop();  // takes no more connections and ends those that are there once they are answered

 private:
  void wait();
  void accept_all();
  void try_to_take(int fd) noexcept;
  void take(int fd);
  void pause();
  void tick();

  boost::asio::io_context& loop_;
  boost::asio::posix::stream_descriptor socket_;
  boost::asio::steady_timer pause_, tick_;
  Dispatcher& dispatcher_;
  const Log& log_;

  // Outlives the listener in the hands of sessions that still wait for an answer.
  struct Count {
    std::mutex mutex;
    std::size_t all = 0;
    std::map<uid_t, std::size_t> by_user;
    bool begin(const Peer& peer);  // false: this one is too many
    void end(uid_t uid);
  };
  std::shared_ptr<Count> count_ = std::make_shared<Count>();
  std::vector<std::weak_ptr<Session>> sessions_;
};

}  // namespace umbra
