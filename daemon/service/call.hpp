// One request on its way through the daemon, and the one reply that it gets; ruled by ARCHITECTURE.md, "One login".
#pragma once

#include <sys/types.h>

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <vector>

#include "common/secret.hpp"
#include "common/wire.hpp"

namespace umbra {

// Who asks, as the kernel says (SO_PEERCRED). Nothing in a message counts.
struct Peer {
  uid_t uid = static_cast<uid_t>(-1);
  [[nodiscard]] bool root() const noexcept { return uid == 0; }
};

class Call {
 public:
  // Puts a packet on the wire; `held`: not before the refusal deadline, so that all refusals leave alike.
  using Send = std::function<void(Bytes packet, bool held)>;

  Call(Peer peer, Bytes packet, const wire::RequestHeader& header, Send send)
      : peer_(peer), header_(header), send_(std::move(send)), packet_(packet.begin(), packet.end()) {}
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;
  // A request that got lost on the way is refused, not left to hang.
  ~Call() {
    fail(wire::Status::unavailable);
    wipe(packet_.data(), packet_.size());
  }

  [[nodiscard]] const Peer& peer() const noexcept { return peer_; }
  [[nodiscard]] wire::Op op() const noexcept { return static_cast<wire::Op>(header_.op); }
  [[nodiscard]] const wire::RequestId& id() const noexcept { return header_.id; }

  // The message; its texts live as long as this call. False where the packet is not exactly that message.
  template <class Message>
  bool read(Message& message) const noexcept {
    return wire::decode_request(Bytes(packet_), message);
  }

  template <class Reply>
  void reply(const Reply& reply) {
    answer(wire::Status::ok, reply, false);
  }
  template <class Reply>
  void refuse(const Reply& reply) {
    answer(wire::Status::ok, reply, true);
  }
  void fail(wire::Status status) { answer(status, wire::Nothing{}, false); }

 private:
  // Only the first answer counts.
  template <class Reply>
  void answer(wire::Status status, const Reply& reply, bool held) {
    if (answered_.exchange(true)) return;
    std::array<std::uint8_t, wire::kMaxPacket> packet;
    const std::size_t size = wire::encode_reply(op(), header_.id, status, reply, packet);
    send_(Bytes(packet.data(), size), held);
    wipe(packet.data(), size);
  }

  Peer peer_;
  wire::RequestHeader header_;
  Send send_;
  std::vector<std::uint8_t> packet_;
  std::atomic<bool> answered_ = false;
};

using CallPtr = std::shared_ptr<Call>;

}  // namespace umbra
