// One connection's order: whoever asks again before another thread has put the first answer on the wire hears them in
// the order in which he asked.
#include "daemon/edge/session.hpp"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include <boost/asio/executor_work_guard.hpp>
#include <thread>

#include "common/descriptor.hpp"
#include "tests/support/every_request.hpp"
#include "tests/support/whole_daemon.hpp"

namespace umbra::test {
namespace {

std::atomic<bool> hold_next{false}, held{false};

}  // namespace
}  // namespace umbra::test

// NOLINTBEGIN(bugprone-reserved-identifier, cert-dcl37-c, cert-dcl51-cpp)
extern "C" {
ssize_t __real_send(int fd, const void* bytes, size_t size, int flags);
ssize_t __wrap_send(int fd, const void* bytes, size_t size, int flags);
ssize_t __wrap_send(int fd, const void* bytes, size_t size, int flags) {
  if (umbra::test::hold_next.exchange(false)) {
    umbra::test::held = true;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  return __real_send(fd, bytes, size, flags);
}
}
// NOLINTEND(bugprone-reserved-identifier, cert-dcl37-c, cert-dcl51-cpp)

namespace umbra::test {
namespace {

class Sessions : public testing::Test {
 protected:
  Sessions() {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) != 0)
      throw std::runtime_error("no socket pair");
    ours_.emplace(ends[0]);
    std::make_shared<Session>(loop_, ends[1], kRoot, daemon_.dispatcher(), [this] { loop_.stop(); })->start();
    runner_ = std::thread([this] { loop_.run(); });
  }
  ~Sessions() override {
    ours_.reset();
    runner_.join();
  }

  template <class Message>
  void say(const Message& message, const wire::RequestId& id) const {
    const Packet packet = packet_of(message, id);
    ASSERT_EQ(__real_send(ours_->get(), packet.data(), packet.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(packet.size()));
  }
  // The id of the request that the next packet answers.
  std::optional<wire::RequestId> next_answer(wire::Op op, const wire::RequestId& id) const {
    pollfd ready{ours_->get(), POLLIN, 0};
    Packet packet(wire::kMaxPacket);
    if (poll(&ready, 1, 5000) != 1) return std::nullopt;
    const ssize_t got = recv(ours_->get(), packet.data(), packet.size(), 0);
    if (got <= 0) return std::nullopt;
    packet.resize(static_cast<std::size_t>(got));
    return hear(packet, static_cast<std::uint8_t>(op), id).reads ? std::optional(id) : std::nullopt;
  }

  // Behind the lanes, one of which may be the last to let go of the session.
  boost::asio::io_context loop_{1};
  WholeDaemon daemon_;
  std::optional<Descriptor> ours_;
  std::thread runner_;
};

TEST_F(Sessions, AnswersLeaveInTheOrderOfTheirRequests) {
  const auto first = request_id(1), second = request_id(2);
  hold_next = true;
  say(wire::List{}, first);  // answered by the lookup lane
  while (!held) std::this_thread::yield();
  say(wire::Ping{}, second);  // answered by the loop itself
  EXPECT_TRUE(next_answer(wire::Op::list, first)) << "the second answer came first";
  EXPECT_TRUE(next_answer(wire::Op::ping, second));
}

}  // namespace
}  // namespace umbra::test
