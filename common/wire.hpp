// Encodes and decodes the messages of common/protocol.hpp: the header here, the fields where each message lists them.
#pragma once

#include "common/admin_messages.hpp"
#include "common/backup_messages.hpp"
#include "common/device_messages.hpp"
#include "common/import_messages.hpp"
#include "common/key_messages.hpp"
#include "common/login_messages.hpp"
#include "common/protocol.hpp"
#include "common/tool_messages.hpp"

namespace umbra::wire {

struct RequestHeader {
  std::uint8_t version = kVersion;
  std::uint8_t op = 0;
  RequestId id;
};

// Bytes of the packet in `out`, or 0 where a field breaks its limit or `out` is too small.
template <class Message>
std::size_t encode_request(const Message& message, const RequestId& id, std::span<std::uint8_t> out) noexcept {
  Writer w(out);
  w.field(kVersion);
  w.field(static_cast<std::uint8_t>(Message::kOp));
  w.field(id.bytes);
  Message::fields(w, message);
  return w.size();
}

// The header alone: which table row a packet belongs to. False where it is cut short or of another version.
inline bool decode_header(Bytes packet, RequestHeader& header) noexcept {
  Reader r(packet);
  r.field(header.version);
  r.field(header.op);
  r.field(header.id.bytes);
  return r.ok() && header.version == kVersion;
}

// True only where the packet is this message, whole, with nothing behind it.
template <class Message>
bool decode_request(Bytes packet, Message& message) noexcept {
  Reader r(packet);
  RequestHeader header;
  r.field(header.version);
  r.field(header.op);
  r.field(header.id.bytes);
  if (!r.ok() || header.version != kVersion || header.op != static_cast<std::uint8_t>(Message::kOp)) return false;
  Message::fields(r, message);
  return r.ok() && r.at_end();
}

// A reply whose status is not ok carries no fields; pass Nothing for those.
template <class Reply>
std::size_t encode_reply(Op op, const RequestId& id, Status status, const Reply& reply,
                         std::span<std::uint8_t> out) noexcept {
  Writer w(out);
  w.field(kVersion);
  w.field(static_cast<std::uint8_t>(static_cast<std::uint8_t>(op) | kReplyBit));
  w.field(id.bytes);
  w.field(static_cast<std::uint8_t>(status));
  if (status == Status::ok) Reply::fields(w, reply);
  return w.size();
}

// True only where the packet is a whole reply to this very request: same op, same request id. `reply` is
// filled where `status` is ok.
template <class Reply>
bool decode_reply(Bytes packet, Op op, const RequestId& id, Status& status, Reply& reply) noexcept {
  Reader r(packet);
  RequestHeader header;
  std::uint8_t raw_status = 0;
  r.field(header.version);
  r.field(header.op);
  r.field(header.id.bytes);
  r.field(raw_status);
  if (!r.ok() || header.version != kVersion || !(header.id == id)) return false;
  if (header.op != (static_cast<std::uint8_t>(op) | kReplyBit)) return false;
  if (raw_status > static_cast<std::uint8_t>(kLastStatus)) return false;
  status = static_cast<Status>(raw_status);
  if (status == Status::ok) Reply::fields(r, reply);
  return r.ok() && r.at_end();
}

}  // namespace umbra::wire
