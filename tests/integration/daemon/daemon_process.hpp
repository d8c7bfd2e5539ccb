// The real umbra-totpd as a process with a folder of its own, and raw connections to it.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

#include "common/channel.hpp"
#include "tests/support/temp_dir.hpp"

namespace umbra::test {

class DaemonProcess {
 public:
  ~DaemonProcess();

  // Starts it and waits until it says that it is ready. False where it ended instead; its words are in log().
  bool start(const std::vector<std::string>& more_words = {});
  void signal(int number) const;
  int wait();  // its exit code, or 128 + signal; gives it ten seconds
  [[nodiscard]] bool running() const { return pid_ > 0; }
  [[nodiscard]] pid_t pid() const { return pid_; }

  [[nodiscard]] std::string path(const std::string& name) const { return folder_.path() + "/" + name; }
  [[nodiscard]] std::string log() const;
  // Until the log holds `text`, for at most ten seconds.
  [[nodiscard]] bool says(const std::string& text) const;
  void write(const std::string& name, const std::string& text) const;

  // For a child that sets its environment up before it becomes the daemon.
  std::vector<std::pair<std::string, std::string>> environment;
  int inherited_socket = -1;  // becomes descriptor 3

 private:
  [[noreturn]] void become(const std::vector<std::string>& more_words) const;

  TempDir folder_;
  pid_t pid_ = -1;
};

// A connection without the channel's manners.
class RawConnection {
 public:
  explicit RawConnection(const std::string& path);
  ~RawConnection();
  RawConnection(const RawConnection&) = delete;
  RawConnection& operator=(const RawConnection&) = delete;

  [[nodiscard]] bool send(const std::vector<std::uint8_t>& bytes) const;
  // The next packet; empty where the daemon closed. Fails the test after `patience`.
  [[nodiscard]] std::vector<std::uint8_t> receive(std::chrono::milliseconds patience = std::chrono::seconds(10)) const;

 private:
  int fd_;
};

// One request of the tool's, over a channel of its own.
template <class Message, class Reply>
ChannelError ask(const DaemonProcess& daemon, const Message& message, wire::Status& status, Reply& reply,
                 std::vector<std::uint8_t>& buffer) {
  const std::string path = daemon.path("socket");
  Channel channel(path.c_str(), 0, 20'000);
  wire::RequestId id;
  new_request_id(id);
  buffer.resize(wire::kMaxPacket);
  return channel.call(message, id, buffer, status, reply);
}

}  // namespace umbra::test
