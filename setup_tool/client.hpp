// The tool's side of the daemon's socket: one request, its reply, and every way to fail as a Failure; ruled by
// ARCHITECTURE.md, "Wire format".
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "common/channel.hpp"
#include "common/secret.hpp"
#include "setup_tool/failure.hpp"

namespace umbra {

class Client {
 public:
  // Nothing is sent before the first call.
  explicit Client(std::string socket_path);
  ~Client() { wipe(buffer_.data(), buffer_.size()); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // The daemon's status; `reply` is filled where it is ok, and its texts live until the next call. Throws Failure
  // (unavailable) where no answer came.
  template <class Message, class Reply>
  wire::Status call(const Message& message, Reply& reply) {
    wipe(buffer_.data(), buffer_.size());
    wire::RequestId id;
    if (!new_request_id(id)) throw_broken();
    wire::Status status = wire::Status::unavailable;
    const ChannelError error = channel_.call(message, id, buffer_, status, reply);
    if (error != ChannelError::none) throw Failure(Exit::unavailable, describe(error));
    return status;
  }

  // The same where any status but ok ends the verb; `user` is who was asked for.
  template <class Message, class Reply>
  void require(const Message& message, Reply& reply, std::string_view user) {
    const wire::Status status = call(message, reply);
    if (status != wire::Status::ok) throw failure_of(status, user);
  }

  static Failure failure_of(wire::Status status, std::string_view user);
  // For an answer that no daemon of ours gives.
  [[noreturn]] static void throw_broken();

 private:
  std::string path_;  // the channel points into it
  Channel channel_;
  std::array<std::uint8_t, wire::kMaxPacket> buffer_{};
};

}  // namespace umbra
