// The caller's end of the socket against a scripted other end.
#include "common/channel.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/field_cursors.hpp"
#include "tests/support/temp_dir.hpp"

namespace umbra {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using test::bytes;

// Takes one connection for each script and plays it; a script that returns closes its connection.
class Server {
 public:
  using Script = std::function<void(int fd)>;

  explicit Server(std::vector<Script> scripts) : path_(dir_.path() + "/socket") {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path_.copy(address.sun_path, sizeof address.sun_path - 1);
    listener_ = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    EXPECT_EQ(bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(listen(listener_, 8), 0);
    thread_ = std::thread([this, scripts = std::move(scripts)] {
      for (const auto& script : scripts) {
        const int fd = accept(listener_, nullptr, nullptr);
        if (fd < 0) return;
        ++accepted_;
        script(fd);
        close(fd);
      }
    });
  }
  ~Server() {
    shutdown(listener_, SHUT_RDWR);
    thread_.join();
    close(listener_);
  }
  [[nodiscard]] const char* path() const { return path_.c_str(); }
  [[nodiscard]] int accepted() const { return accepted_; }

 private:
  test::TempDir dir_;
  std::string path_;
  int listener_ = -1;
  std::atomic<int> accepted_ = 0;
  std::thread thread_;
};

std::string receive(int fd) {
  std::array<char, wire::kMaxPacket> buffer{};
  const ssize_t got = recv(fd, buffer.data(), buffer.size(), 0);
  return got > 0 ? std::string(buffer.data(), static_cast<std::size_t>(got)) : std::string();
}
void answer(int fd, const std::string& packet) { send(fd, packet.data(), packet.size(), MSG_NOSIGNAL); }
void echo(int fd) { answer(fd, receive(fd)); }
void hang_up(int fd) { receive(fd); }
void wait_for_the_end(int fd) {
  receive(fd);
  receive(fd);
}

struct Exchange {
  ChannelError error;
  std::string reply;
};
Exchange exchange(Channel& channel, const std::string& request) {
  std::array<std::uint8_t, 64> reply{};
  std::size_t size = 0;
  const auto error = channel.exchange(bytes(request), reply, size);
  return {error, std::string(test::text(Bytes(reply.data(), size)))};
}

TEST(Channel, OnePacketOutOneBack) {
  Server server({[](int fd) {
    echo(fd);
    echo(fd);
  }});
  Channel channel(server.path(), getuid(), 2000);
  for (const char* text : {"one", "two"}) {
    const auto result = exchange(channel, text);
    EXPECT_EQ(result.error, ChannelError::none);
    EXPECT_EQ(result.reply, text);
  }
  EXPECT_EQ(server.accepted(), 1) << "the connection is kept";
}

TEST(Channel, NobodyListens) {
  const test::TempDir dir;
  const std::string missing = dir.path() + "/socket";
  Channel channel(missing.c_str(), getuid(), 2000);
  EXPECT_EQ(exchange(channel, "x").error, ChannelError::absent);
  const std::string too_long(200, 'a');
  Channel wrong(too_long.c_str(), getuid(), 2000);
  EXPECT_EQ(exchange(wrong, "x").error, ChannelError::absent);
}

TEST(Channel, NothingIsSentToSomebodyElse) {
  std::string heard = "not played yet";
  {
    Server server({[&](int fd) { heard = receive(fd); }});
    Channel channel(server.path(), getuid() + 1, 2000);
    EXPECT_EQ(exchange(channel, "secret").error, ChannelError::not_trusted);
  }
  EXPECT_EQ(heard, "");
}

TEST(Channel, SilenceEndsAtTheDeadline) {
  Server server({wait_for_the_end});
  Channel channel(server.path(), getuid(), 100);
  const auto start = steady_clock::now();
  EXPECT_EQ(exchange(channel, "x").error, ChannelError::timeout);
  const auto spent = steady_clock::now() - start;
  EXPECT_GE(spent, milliseconds(95));
  EXPECT_LT(spent, milliseconds(1500));
}

// A signal in between does not give the rest of the wait its whole length again.
TEST(Channel, AnInterruptedWaitEndsAtTheSameDeadline) {
  struct sigaction interrupt{}, before{};
  interrupt.sa_handler = [](int) {};
  ASSERT_EQ(sigaction(SIGALRM, &interrupt, &before), 0);
  Server server({wait_for_the_end});
  Channel channel(server.path(), getuid(), 2000);
  const auto start = steady_clock::now();
  const itimerval once{{}, {1, 600'000}};
  ASSERT_EQ(setitimer(ITIMER_REAL, &once, nullptr), 0);
  EXPECT_EQ(exchange(channel, "x").error, ChannelError::timeout);
  EXPECT_LT(steady_clock::now() - start, milliseconds(3000)) << "1.6 and 2.0 seconds, one behind the other";
  sigaction(SIGALRM, &before, nullptr);
}

TEST(Channel, FullBacklogEndsAtTheDeadline) {
  const test::TempDir dir;
  const std::string path = dir.path() + "/socket";
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  const int listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
  ASSERT_EQ(bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(listen(listener, 0), 0);
  Channel first(path.c_str(), getuid(), 50);
  EXPECT_EQ(exchange(first, "x").error, ChannelError::timeout);
  Channel second(path.c_str(), getuid(), 50);
  EXPECT_EQ(exchange(second, "x").error, ChannelError::timeout);
  close(listener);
}

TEST(Channel, ClosedBeforeTheAnswerIsAskedOnceMore) {
  Server server({hang_up, echo});
  Channel channel(server.path(), getuid(), 2000);
  const auto result = exchange(channel, "x");
  EXPECT_EQ(result.error, ChannelError::none);
  EXPECT_EQ(result.reply, "x");
}

TEST(Channel, ClosedTwiceIsTheEnd) {
  Server server({hang_up, hang_up, echo});
  Channel channel(server.path(), getuid(), 2000);
  EXPECT_EQ(exchange(channel, "x").error, ChannelError::closed);
  EXPECT_EQ(server.accepted(), 2);
}

TEST(Channel, AnswerLongerThanItsRoomIsBroken) {
  Server server({[](int fd) {
    receive(fd);
    answer(fd, std::string(65, 'x'));
  }});
  Channel channel(server.path(), getuid(), 2000);
  EXPECT_EQ(exchange(channel, "x").error, ChannelError::broken);
}

// Its owner wipes so much and no more.
TEST(Channel, TellsHowMuchOfTheBufferItTouched) {
  std::array<std::uint8_t, wire::kMaxPacket> buffer;
  wire::RequestId id{};
  wire::Status status{};
  wire::PingReply reply;
  const auto gives = [](std::size_t size) {
    return [size](int fd) {
      receive(fd);
      answer(fd, std::string(size, 'x'));
    };
  };
  Server server({gives(500), gives(wire::kMaxPacket + 1)});
  Channel channel(server.path(), getuid(), 2000);
  EXPECT_EQ(channel.touched(), 0);
  for (const std::size_t most : {std::size_t{500}, wire::kMaxPacket}) {
    buffer.fill(0xEE);
    channel.call(wire::Ping{}, id, buffer, status, reply);
    EXPECT_EQ(channel.touched(), most);
    EXPECT_TRUE(std::all_of(buffer.begin() + static_cast<std::ptrdiff_t>(channel.touched()), buffer.end(),
                            [](std::uint8_t byte) { return byte == 0xEE; }));
  }
}

TEST(Channel, CallTakesOnlyTheAnswerToItsRequest) {
  wire::RequestId id;
  ASSERT_TRUE(new_request_id(id));
  wire::RequestId other = id;
  other.bytes[15] ^= 1;
  const auto reply_to = [](wire::RequestId to) {
    return [to](int fd) {
      receive(fd);
      std::array<std::uint8_t, 64> out{};
      const auto size = wire::encode_reply(wire::Op::ping, to, wire::Status::ok, wire::PingReply{"1"}, out);
      answer(fd, std::string(test::text(Bytes(out.data(), size))));
    };
  };
  const struct {
    wire::RequestId id;
    ChannelError expected;
  } table[] = {{id, ChannelError::none}, {other, ChannelError::broken}};
  for (const auto& row : table) {
    Server server({reply_to(row.id)});
    Channel channel(server.path(), getuid(), 2000);
    std::array<std::uint8_t, wire::kMaxPacket> buffer{};
    wire::Status status{};
    wire::PingReply reply;
    EXPECT_EQ(channel.call(wire::Ping{}, id, buffer, status, reply), row.expected);
  }
}

// In a process of its own: here the server's end of the connection could take the descriptor that is free.
TEST(Channel, KeepsOffTheStandardStreams) {
  Server server({echo});
  const pid_t child = fork();
  if (child == 0) {
    close(STDIN_FILENO);
    Channel channel(server.path(), getuid(), 2000);
    const bool answered = exchange(channel, "x").error == ChannelError::none;
    _exit(answered && fcntl(STDIN_FILENO, F_GETFD) == -1 ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

TEST(Channel, RequestIdsDiffer) {
  wire::RequestId one, two;
  ASSERT_TRUE(new_request_id(one) && new_request_id(two));
  EXPECT_FALSE(one == two);
}

TEST(Channel, EveryErrorHasAText) {
  std::vector<std::string> texts;
  for (const auto error : {ChannelError::none, ChannelError::absent, ChannelError::not_trusted, ChannelError::timeout,
                           ChannelError::closed, ChannelError::broken}) {
    const std::string text = describe(error);
    EXPECT_GT(text.size(), 3U);
    EXPECT_EQ(text.find('\n'), std::string::npos);
    EXPECT_EQ(std::count(texts.begin(), texts.end(), text), 0) << text;
    texts.push_back(text);
  }
}

}  // namespace
}  // namespace umbra
