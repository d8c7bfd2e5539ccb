// A daemon on a real socket that says what a test wants it to say, byte for byte, and remembers what it heard.
#pragma once

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <functional>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "common/wire.hpp"
#include "tests/support/field_cursors.hpp"
#include "tests/support/temp_dir.hpp"

namespace umbra::test {

inline int listen_at(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  const int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
  if (fd < 0) throw std::runtime_error("no socket");
  EXPECT_EQ(bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0) << path;
  EXPECT_EQ(listen(fd, 8), 0);
  return fd;
}

inline wire::RequestHeader header_of(const std::string& packet) {
  wire::RequestHeader header;
  EXPECT_TRUE(wire::decode_header(bytes(packet), header));
  return header;
}

template <class Message>
std::optional<Message> read_as(const std::string& packet) {
  Message message;
  if (!wire::decode_request(bytes(packet), message)) return std::nullopt;
  return message;
}

// What the first request says; it points into `packet`.
inline wire::Begin begin_of(const std::string& packet) { return read_as<wire::Begin>(packet).value(); }

template <class Reply>
std::string reply_to(const std::string& request, const Reply& reply, wire::Status status = wire::Status::ok) {
  const auto header = header_of(request);
  std::array<std::uint8_t, wire::kMaxPacket> packet{};
  const auto size = wire::encode_reply(static_cast<wire::Op>(header.op), header.id, status, reply, packet);
  return std::string(text(Bytes(packet.data(), size)));
}

inline constexpr std::string_view kRightCode = "123456";

inline bool is(const std::string& packet, wire::Op op) { return header_of(packet).op == static_cast<std::uint8_t>(op); }

// What umbra-totpd would say to a user with kRightCode.
inline std::string honest_reply(const std::string& packet) {
  if (is(packet, wire::Op::begin))
    return reply_to(packet, wire::BeginReply{static_cast<std::uint8_t>(wire::Ask::code), 6, "the challenge"});
  if (const auto verify = read_as<wire::Verify>(packet)) {
    const bool right = verify->challenge == "the challenge" && verify->answer == kRightCode;
    return reply_to(packet, wire::VerifyReply{right, false, wire::kAttemptsNotTold, right ? "the token" : ""});
  }
  if (is(packet, wire::Op::preauth)) return reply_to(packet, wire::PreauthReply{false});
  if (is(packet, wire::Op::authfail)) return reply_to(packet, wire::Nothing{});
  const auto complete = read_as<wire::Complete>(packet);
  const bool known = complete && complete->verified == "the token";
  return reply_to(packet, wire::Nothing{}, known ? wire::Status::ok : wire::Status::not_permitted);
}

struct Says {
  std::vector<std::string> packets;  // none: silent
  bool hang_up = false;              // afterwards
};

class ScriptedDaemon {
 public:
  using Script = std::function<Says(const std::string& packet)>;

  explicit ScriptedDaemon(Script script = [](const std::string& packet) { return Says{{honest_reply(packet)}}; })
      : script_(std::move(script)), path_(dir_.path() + "/socket") {
    listener_ = listen_at(path_);
    stop_ = eventfd(0, EFD_CLOEXEC);
    thread_ = std::thread([this] { run(); });
  }
  ScriptedDaemon(const ScriptedDaemon&) = delete;
  ScriptedDaemon& operator=(const ScriptedDaemon&) = delete;
  ~ScriptedDaemon() {
    eventfd_write(stop_, 1);
    thread_.join();
    close(listener_);
    close(stop_);
  }

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::vector<std::string> heard() const {
    const std::lock_guard lock(mutex_);
    return heard_;
  }
  [[nodiscard]] std::vector<wire::Op> ops() const {
    std::vector<wire::Op> all;
    for (const auto& packet : heard()) all.push_back(static_cast<wire::Op>(header_of(packet).op));
    return all;
  }
  [[nodiscard]] std::size_t count(wire::Op op) const {
    std::size_t n = 0;
    for (const auto& packet : heard()) n += is(packet, op);
    return n;
  }

 private:
  // False once the test is over.
  bool wait_for(int fd) const {
    std::array<pollfd, 2> fds{{{fd, POLLIN, 0}, {stop_, POLLIN, 0}}};
    while (poll(fds.data(), fds.size(), -1) < 0) {
    }
    return fds[1].revents == 0;
  }

  void run() {
    while (wait_for(listener_)) {
      const int fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (fd < 0) continue;
      serve(fd);
      close(fd);
    }
  }

  void serve(int fd) {
    while (wait_for(fd)) {
      std::array<char, wire::kMaxPacket> buffer{};
      const ssize_t got = recv(fd, buffer.data(), buffer.size(), 0);
      if (got <= 0) return;
      const std::string packet(buffer.data(), static_cast<std::size_t>(got));
      {
        const std::lock_guard lock(mutex_);
        heard_.push_back(packet);
      }
      const Says says = script_(packet);
      for (const auto& reply : says.packets) send(fd, reply.data(), reply.size(), MSG_NOSIGNAL);
      if (says.hang_up) return;
    }
  }

  Script script_;
  TempDir dir_;
  std::string path_;
  int listener_ = -1, stop_ = -1;
  mutable std::mutex mutex_;
  std::vector<std::string> heard_;
  std::thread thread_;
};

}  // namespace umbra::test
