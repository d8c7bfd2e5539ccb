#include "daemon/edge/session.hpp"

#include <sys/socket.h>

#include <boost/asio/post.hpp>
#include <cerrno>

namespace umbra {

namespace asio = boost::asio;
using std::chrono::steady_clock;

Session::Session(asio::io_context& loop, int fd, Peer peer, Dispatcher& dispatcher, std::function<void()> on_end)
    : loop_(loop), socket_(loop, fd), hold_(loop), peer_(peer), dispatcher_(dispatcher), on_end_(std::move(on_end)) {}

Session::~Session() { on_end_(); }

void Session::start() {
  give(kIdleLimit);
  // Not at once: the listener has more to accept, and a request may be the last thing that a handler looks at.
  asio::post(loop_, [self = shared_from_this()] { self->receive(); });
}

void Session::stop() {
  boost::system::error_code ignored;
  hold_.cancel();
  socket_.cancel(ignored);
  // The descriptor stays open until the last holder lets go, so that a late answer can never reach another
  // connection that was given its number; the peer hears of the end now.
  ::shutdown(socket_.native_handle(), SHUT_RDWR);
}

void Session::finish() {
  finishing_ = true;
  if (state_ == State::idle) stop();
}

void Session::stop_if_late(steady_clock::time_point now) {
  if (now > deadline_.load()) stop();
}

void Session::give(std::chrono::milliseconds limit) { deadline_ = steady_clock::now() + limit; }

void Session::wait_for_packet() {
  socket_.async_wait(asio::posix::stream_descriptor::wait_read,
                     [self = shared_from_this()](const boost::system::error_code& error) {
                       if (!error) self->receive();
                     });
}

void Session::receive() {
  std::array<std::uint8_t, wire::kMaxPacket> packet;
  const ssize_t got = ::recv(socket_.native_handle(), packet.data(), packet.size(), MSG_DONTWAIT | MSG_TRUNC);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return wait_for_packet();
  if (got == 0) return;  // the other end has closed: with nobody left who waits, this session ends as well
  // A fault, too long, or a second request before the first was answered.
  if (got < 0 || static_cast<std::size_t>(got) > packet.size() || state_ == State::working) return stop();

  const Bytes bytes(packet.data(), static_cast<std::size_t>(got));
  const WipeGuard guard(packet.data(), bytes.size());
  wire::RequestHeader header;
  if (!wire::decode_header(bytes, header)) return stop();
  if (finishing_) return;  // the next daemon gets it: the caller tries again over a new connection
  state_ = State::working;
  give(kWorkLimit);
  arrived_ = steady_clock::now();
  wait_for_packet();
  dispatcher_.dispatch(std::make_shared<Call>(
      peer_, bytes, header, [self = shared_from_this()](Bytes reply, bool held) { self->answer(reply, held); }));
}

void Session::answer(Bytes packet, bool held) {
  if (!held) return send(packet);
  const auto spent = std::chrono::duration_cast<std::chrono::milliseconds>(steady_clock::now() - arrived_);
  const auto leave = arrived_ + (spent / kRefusalGrid + 1) * kRefusalGrid;
  asio::post(loop_, [self = shared_from_this(), leave, copy = std::vector<std::uint8_t>(packet.begin(), packet.end())] {
    self->hold_.expires_at(leave);
    self->hold_.async_wait([self, copy](const boost::system::error_code& error) {
      if (!error) self->send(copy);
    });
  });
}

// A peer that does not read loses the answer, not us our time. One that asks on before he was answered may have both
// answers under way on two threads: the first one's leaves first.
void Session::send(Bytes packet) {
  const std::lock_guard in_order(sending_);
  state_ = State::sending;
  give(kIdleLimit);
  const ssize_t sent = ::send(socket_.native_handle(), packet.data(), packet.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  State expected = State::sending;
  const bool idle = state_.compare_exchange_strong(expected, State::idle);
  // The loop hears of it as of any other end.
  if (sent != static_cast<ssize_t>(packet.size()) || (idle && finishing_))
    ::shutdown(socket_.native_handle(), SHUT_RDWR);
}

}  // namespace umbra
