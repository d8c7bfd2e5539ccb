// A caller's end of the daemon's socket: one packet out, one packet back, before one deadline; ruled by
// ARCHITECTURE.md, "Wire format". Linked into sshd and sudo: no heap, no exceptions, no signals.
#pragma once

#include <sys/types.h>

#include "common/wire.hpp"

namespace umbra {

enum class ChannelError : std::uint8_t {
  none,
  absent,       // nothing listens at the path
  not_trusted,  // what listens there does not run as the daemon's uid
  timeout,
  closed,  // the connection ended before the answer
  broken,  // a system call failed, or the answer was not an answer to this request
};

// For a log line: what happened and what to do next.
const char* describe(ChannelError error) noexcept;

class Channel {
 public:
  // `socket_path` must outlive the channel. `timeout_ms` bounds each exchange() as a whole.
  Channel(const char* socket_path, uid_t daemon_uid, int timeout_ms) noexcept
      : path_(socket_path), daemon_uid_(daemon_uid), timeout_ms_(timeout_ms) {}
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;
  ~Channel() { close(); }

  // Sends `request`, fills `reply` with the packet that comes back and sets `reply_size`. Where the daemon
  // closed the connection before it answered (it was restarted, or an idle connection ran out), the request
  // is sent once more over a new one: request ids make the repetition harmless.
  ChannelError exchange(Bytes request, std::span<std::uint8_t> reply, std::size_t& reply_size) noexcept;

  // One message and its reply; `reply` points into `buffer`, which must hold wire::kMaxPacket bytes and is
  // used for the request first. Wipe it afterwards where either held a secret.
  template <class Message, class Reply>
  ChannelError call(const Message& message, const wire::RequestId& id, std::span<std::uint8_t> buffer,
                    wire::Status& status, Reply& reply) noexcept {
    const std::size_t size = wire::encode_request(message, id, buffer);
    touch(size == 0 ? buffer.size() : size);
    if (size == 0) return ChannelError::broken;
    std::size_t reply_size = 0;
    if (const auto error = exchange(Bytes(buffer.data(), size), buffer, reply_size); error != ChannelError::none)
      return error;
    if (!wire::decode_reply(Bytes(buffer.data(), reply_size), Message::kOp, id, status, reply)) {
      close();
      return ChannelError::broken;
    }
    return ChannelError::none;
  }

  void close() noexcept;

  // So many bytes at the start of the buffers given to call() may hold something, in bytes; the rest nobody wrote to.
  [[nodiscard]] std::size_t touched() const noexcept { return touched_; }

 private:
  void touch(std::size_t size) noexcept {
    if (size > touched_) touched_ = size;
  }
  ChannelError open(std::int64_t deadline_ms) noexcept;
  ChannelError try_once(Bytes request, std::span<std::uint8_t> reply, std::size_t& reply_size,
                        std::int64_t deadline_ms) noexcept;

  const char* path_;
  uid_t daemon_uid_;
  int timeout_ms_;
  int fd_ = -1;
  std::int64_t send_ms_ = 0, receive_ms_ = 0;  // how long a call on fd_ may wait; 0: for ever
  std::size_t touched_ = 0;
};

// Sixteen random bytes from the kernel (getrandom). False only where the kernel has none to give.
bool new_request_id(wire::RequestId& id) noexcept;

}  // namespace umbra
