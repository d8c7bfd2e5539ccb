// The requests of a login as its flow sees them, and their way over the socket; ruled by ARCHITECTURE.md,
// "One login".
#pragma once

#include "common/channel.hpp"
#include "common/secret.hpp"

namespace umbra {

// Replies point into memory of the implementation, valid until the next call. Anything but ChannelError::none means
// that there was no whole reply to this very request.
class Daemon {
 public:
  virtual ChannelError begin(const wire::Begin& message, const wire::RequestId& id, wire::Status& status,
                             wire::BeginReply& reply) noexcept = 0;
  virtual ChannelError verify(const wire::Verify& message, const wire::RequestId& id, wire::Status& status,
                              wire::VerifyReply& reply) noexcept = 0;
  virtual ChannelError complete(const wire::Complete& message, const wire::RequestId& id,
                                wire::Status& status) noexcept = 0;
  virtual ChannelError preauth(const wire::Preauth& message, const wire::RequestId& id, wire::Status& status,
                               wire::PreauthReply& reply) noexcept = 0;
  virtual ChannelError authfail(const wire::Authfail& message, const wire::RequestId& id,
                                wire::Status& status) noexcept = 0;
  virtual ChannelError enrol(const wire::Enrol& message, const wire::RequestId& id, wire::Status& status,
                             wire::EnrolReply& reply) noexcept = 0;

 protected:
  ~Daemon() = default;
};

class ChannelDaemon final : public Daemon {
 public:
  // `socket_path` must outlive this object.
  ChannelDaemon(const char* socket_path, int timeout_ms) noexcept : channel_(socket_path, kRoot, timeout_ms) {}
  ChannelDaemon(const ChannelDaemon&) = delete;
  ChannelDaemon& operator=(const ChannelDaemon&) = delete;
  ~ChannelDaemon() { wipe(buffer_, channel_.touched()); }

  ChannelError begin(const wire::Begin& message, const wire::RequestId& id, wire::Status& status,
                     wire::BeginReply& reply) noexcept override {
    return channel_.call(message, id, buffer_, status, reply);
  }
  ChannelError verify(const wire::Verify& message, const wire::RequestId& id, wire::Status& status,
                      wire::VerifyReply& reply) noexcept override {
    return channel_.call(message, id, buffer_, status, reply);
  }
  ChannelError complete(const wire::Complete& message, const wire::RequestId& id,
                        wire::Status& status) noexcept override {
    wire::Nothing reply;
    return channel_.call(message, id, buffer_, status, reply);
  }
  ChannelError preauth(const wire::Preauth& message, const wire::RequestId& id, wire::Status& status,
                       wire::PreauthReply& reply) noexcept override {
    return channel_.call(message, id, buffer_, status, reply);
  }
  ChannelError authfail(const wire::Authfail& message, const wire::RequestId& id,
                        wire::Status& status) noexcept override {
    wire::Nothing reply;
    return channel_.call(message, id, buffer_, status, reply);
  }
  ChannelError enrol(const wire::Enrol& message, const wire::RequestId& id, wire::Status& status,
                     wire::EnrolReply& reply) noexcept override {
    return channel_.call(message, id, buffer_, status, reply);
  }

 private:
  static constexpr uid_t kRoot = 0;  // whoever else listens at the socket hears nothing

  Channel channel_;
  // Not zeroed: a login touches 200 bytes of it, and all of it is as large as the cache that its program lives in.
  std::uint8_t buffer_[wire::kMaxPacket];
};

}  // namespace umbra
