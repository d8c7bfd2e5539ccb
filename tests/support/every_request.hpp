// Every request of the protocol as a packet that is valid, and any reply read as what it must be: for tests that bend
// the one and judge the other.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "common/wire.hpp"

namespace umbra::test {

using Packet = std::vector<std::uint8_t>;

// What the requests say; challenges are of begin, verify and an enrolment.
struct Asked {
  std::string user = "alice", code = "000000", password = "alice's password";
  std::string challenge = "gAAAAA", verified = "gAAAAA", enrolling = "gAAAAA";
};

inline constexpr std::uint8_t kBackupLines[] = {'u', 's', 'e', 'r', ' ', 'A', '\n', 'e', 'n', 'd', '\n'};

template <class Message>
Packet packet_of(const Message& message, const wire::RequestId& id) {
  Packet packet(wire::kMaxPacket);
  packet.resize(wire::encode_request(message, id, packet));
  return packet;
}

inline Packet begin_packet(const Asked& asked, const wire::RequestId& id, bool may_enrol) {
  wire::Begin begin;
  begin.user = asked.user;
  begin.service = "sshd";
  begin.tty = "ssh";
  begin.rhost = "192.0.2.1";
  begin.may_enrol = may_enrol;
  return packet_of(begin, id);
}

inline Packet setup_packet(const Asked& asked, const wire::RequestId& id) {
  wire::Setup setup;
  setup.user = asked.user;
  setup.answer = asked.code;
  return packet_of(setup, id);
}

inline Packet add_device_packet(const Asked& asked, const wire::RequestId& id) {
  wire::AddDevice add;
  add.user = asked.user;
  add.answer = asked.code;
  add.name = "tablet";
  return packet_of(add, id);
}

inline Packet drop_device_packet(const Asked& asked, const wire::RequestId& id) {
  wire::DropDevice drop;
  drop.user = asked.user;
  drop.password = asked.password;
  drop.answer = asked.code;
  drop.name = "first";
  return packet_of(drop, id);
}

inline Packet import_packet(const Asked& asked, const wire::RequestId& id) {
  std::array<std::uint8_t, 512> room{};
  Writer writer(room);
  wire::ImportItem item;
  item.user = asked.user;
  const std::uint8_t secret[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
  item.secret = secret;
  item.scratch = "12345678";
  wire::ImportItem::fields(writer, std::as_const(item));
  return packet_of(wire::Import{true, false, 1, Bytes(room.data(), writer.size())}, id);
}

inline std::vector<Packet> every_request(const Asked& asked, const wire::RequestId& id) {
  const std::string_view user = asked.user, code = asked.code, password = asked.password;
  return {begin_packet(asked, id, false),
          begin_packet(asked, id, true),
          packet_of(wire::Verify{asked.challenge, code}, id),
          packet_of(wire::Complete{asked.verified}, id),
          packet_of(wire::Preauth{user, "sshd", "ssh", "2001:db8::1"}, id),
          packet_of(wire::Authfail{user, "login", "/dev/tty1", "", true}, id),
          packet_of(wire::Enrol{asked.enrolling}, id),
          packet_of(wire::Ping{}, id),
          setup_packet(asked, id),
          packet_of(wire::Confirm{user, code}, id),
          packet_of(wire::Check{user, code}, id),
          packet_of(wire::StatusOf{user}, id),
          packet_of(wire::List{""}, id),
          packet_of(wire::Unlock{user}, id),
          packet_of(wire::Remove{user}, id),
          packet_of(wire::BackupCodes{user, password, code}, id),
          packet_of(wire::Disable{user, password, code}, id),
          packet_of(wire::Enforce{user}, id),
          packet_of(wire::Unenforce{user}, id),
          packet_of(wire::Bypass{user, 900}, id),
          packet_of(wire::TrailOf{user, 0, 20}, id),
          packet_of(wire::Explain{user, "sshd", "192.0.2.1"}, id),
          import_packet(asked, id),
          packet_of(wire::Export{user}, id),
          packet_of(wire::BackupBegin{true}, id),
          packet_of(wire::BackupPage{1, 1}, id),
          packet_of(wire::Restore{true}, id),
          packet_of(wire::RestorePage{1, 1, kBackupLines}, id),
          packet_of(wire::RestoreEnd{1}, id),
          packet_of(wire::Inspect{user}, id),
          add_device_packet(asked, id),
          packet_of(wire::DevicesOf{user}, id),
          drop_device_packet(asked, id)};
}

// What came back, as the request's own caller would read it.
struct Heard {
  bool reads = false;  // a whole reply to this very request
  wire::Status status = wire::Status::unavailable;
  bool accepted = false;  // a code was
  bool waved = false;     // begin: no code is needed
};

template <class Reply>
Heard hear_as(Bytes packet, wire::Op op, const wire::RequestId& id) {
  Heard heard;
  Reply reply;
  heard.reads = wire::decode_reply(packet, op, id, heard.status, reply);
  const bool ok = heard.reads && heard.status == wire::Status::ok;
  // To whom has no factor yet setup needs no code.
  if constexpr (requires { reply.accepted; } && !std::is_base_of_v<wire::SetupReply, Reply>)
    heard.accepted = ok && reply.accepted;
  if constexpr (requires { reply.ask; }) heard.waved = ok && reply.ask == static_cast<std::uint8_t>(wire::Ask::nothing);
  return heard;
}

// A number that is no op has a reply as well: its status says so, and there are no fields.
inline Heard hear(Bytes packet, std::uint8_t number, const wire::RequestId& id) {
  using wire::Op;
  const auto op = static_cast<Op>(number);
  switch (op) {
    case Op::begin: return hear_as<wire::BeginReply>(packet, op, id);
    case Op::verify: return hear_as<wire::VerifyReply>(packet, op, id);
    case Op::preauth: return hear_as<wire::PreauthReply>(packet, op, id);
    case Op::enrol: return hear_as<wire::EnrolReply>(packet, op, id);
    case Op::ping: return hear_as<wire::PingReply>(packet, op, id);
    case Op::setup: return hear_as<wire::SetupReply>(packet, op, id);
    case Op::confirm:
    case Op::check: return hear_as<wire::CodeReply>(packet, op, id);
    case Op::status: return hear_as<wire::UserState>(packet, op, id);
    case Op::list: return hear_as<wire::ListReply>(packet, op, id);
    case Op::backup_codes:
    case Op::disable:
    case Op::drop_device: return hear_as<wire::ProvenReply>(packet, op, id);
    case Op::add_device: return hear_as<wire::AddDeviceReply>(packet, op, id);
    case Op::devices: return hear_as<wire::DevicesReply>(packet, op, id);
    case Op::bypass: return hear_as<wire::BypassReply>(packet, op, id);
    case Op::trail: return hear_as<wire::TrailReply>(packet, op, id);
    case Op::explain: return hear_as<wire::ExplainReply>(packet, op, id);
    case Op::keys: return hear_as<wire::KeysReply>(packet, op, id);
    case Op::rotate: return hear_as<wire::RotateReply>(packet, op, id);
    case Op::rotation: return hear_as<wire::RotationReply>(packet, op, id);
    case Op::retire: return hear_as<wire::RetireReply>(packet, op, id);
    case Op::backup_begin:
    case Op::restore: return hear_as<wire::BackupBegun>(packet, op, id);
    case Op::backup_page: return hear_as<wire::BackupPageReply>(packet, op, id);
    case Op::restore_page: return hear_as<wire::RestorePageReply>(packet, op, id);
    case Op::restore_end: return hear_as<wire::RestoreEndReply>(packet, op, id);
    case Op::inspect: return hear_as<wire::InspectReply>(packet, op, id);
    case Op::import_users: return hear_as<wire::ImportReply>(packet, op, id);
    case Op::export_user: return hear_as<wire::ExportReply>(packet, op, id);
    default: return hear_as<wire::Nothing>(packet, op, id);
  }
}

}  // namespace umbra::test
