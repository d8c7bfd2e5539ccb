// One connection: a packet in, a packet out, and a deadline on everything; ruled by ARCHITECTURE.md, "Threads".
#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <mutex>

#include "daemon/edge/dispatcher.hpp"

namespace umbra {

// All of it runs on the event loop but answer(), which any thread may call: the committer puts an answer on the wire
// itself, since a way through the loop would cost every login one more wake-up. For the same reason a deadline is a
// number that the listener looks at now and then, and not a timer for each request.
class Session : public std::enable_shared_from_this<Session> {
 public:
  // A connection that says nothing for this long is closed, within 2 seconds with the listener's tick; the module opens
  // a new one when somebody has typed.
  static constexpr std::chrono::milliseconds kIdleLimit{1750};
  // A request that is being worked on may take longer: it has the Argon2 lane's queue before it.
  static constexpr std::chrono::milliseconds kWorkLimit{60000};
  // Refusals leave on multiples of this after their request came in, whatever refused them.
  static constexpr std::chrono::milliseconds kRefusalGrid{100};

  Session(boost::asio::io_context& loop, int fd, Peer peer, Dispatcher& dispatcher, std::function<void()> on_end);
  ~Session();

  void start();
  void stop();    // closes; an answer that still comes is dropped
  void finish();  // closes as soon as the request that is being worked on has its answer
  void stop_if_late(std::chrono::steady_clock::time_point now);

 private:
  void wait_for_packet();
  void receive();
  void answer(Bytes packet, bool held);
  void send(Bytes packet);
  void give(std::chrono::milliseconds limit);

  // working: a second request would be against the protocol. sending: the answer is on its way, and the next request
  // may come before the thread that sent it has said so.
  enum class State : std::uint8_t { idle, working, sending };

  boost::asio::io_context& loop_;
  boost::asio::posix::stream_descriptor socket_;
  boost::asio::steady_timer hold_;
  const Peer peer_;
  Dispatcher& dispatcher_;
  std::function<void()> on_end_;
  std::chrono::steady_clock::time_point arrived_;
  std::atomic<std::chrono::steady_clock::time_point> deadline_;
  std::atomic<State> state_ = State::idle;
  std::mutex sending_;  // held while an answer is put on the wire
  std::atomic<bool> finishing_ = false;
};

}  // namespace umbra
