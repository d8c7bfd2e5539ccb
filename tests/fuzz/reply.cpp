#include <array>

#include "common/wire.hpp"
#include "tests/fuzz/targets.hpp"

namespace umbra::fuzz {
namespace {

template <class Reply>
bool decode(Bytes input, wire::Op op, Reply& reply) {
  // The id of the request that the packet claims to answer, so that the fuzzer gets past that check.
  wire::RequestHeader header;
  wire::decode_header(input, header);
  wire::Status status{};
  if (!wire::decode_reply(input, op, header.id, status, reply)) return false;
  std::array<std::uint8_t, wire::kMaxPacket> again;
  const std::size_t size = wire::encode_reply(op, header.id, status, reply, again);
  require(text(Bytes(again).first(size)) == text(input), "what is read as a reply is written as the same bytes");
  wire::RequestId other = header.id;
  other.bytes[0] ^= 1;
  require(!wire::decode_reply(input, op, other, status, reply), "a reply to another request is none");
  return status == wire::Status::ok;
}

template <class Reply>
void decode(Bytes input, wire::Op op) {
  Reply reply;
  decode(input, op, reply);
}

void list_page(Bytes input) {
  wire::ListReply reply;
  if (!decode(input, wire::Op::list, reply)) return;
  Reader r(reply.items);
  for (unsigned i = 0; i < reply.count && r.ok(); ++i) {
    wire::UserState state;
    wire::UserState::fields(r, state);
    require(r.ok() || state.user.empty() || state.user.data() >= text(reply.items).data(), "names lie in the packet");
  }
}

void trail_page(Bytes input) {
  wire::TrailReply reply;
  if (!decode(input, wire::Op::trail, reply)) return;
  Reader r(reply.items);
  for (unsigned i = 0; i < reply.count && r.ok(); ++i) {
    wire::TrailEntry entry;
    wire::TrailEntry::fields(r, entry);
    require(r.ok() || entry.user.empty() || entry.user.data() >= text(reply.items).data(), "names lie in the packet");
  }
}

void inspection(Bytes input) {
  wire::InspectReply reply;
  if (!decode(input, wire::Op::inspect, reply)) return;
  Reader r(reply.items);
  for (unsigned i = 0; i < reply.count && r.ok(); ++i) {
    wire::DamagedRecord record;
    wire::DamagedRecord::fields(r, record);
    require(r.ok() || record.user.empty() || record.user.data() >= text(reply.items).data(), "names lie in the packet");
  }
}

void keys(Bytes input) {
  wire::KeysReply reply;
  if (!decode(input, wire::Op::keys, reply)) return;
  Reader r(reply.items);
  for (unsigned i = 0; i < reply.count && r.ok(); ++i) {
    wire::KeyEntry entry;
    wire::KeyEntry::fields(r, entry);
    require(r.ok() || entry.id.empty() || entry.id.data() >= text(reply.items).data(), "ids lie in the packet");
  }
}

void devices(Bytes input) {
  wire::DevicesReply reply;
  if (!decode(input, wire::Op::devices, reply)) return;
  Reader r(reply.items);
  for (unsigned i = 0; i < reply.count && r.ok(); ++i) {
    wire::DeviceEntry entry;
    wire::DeviceEntry::fields(r, entry);
    require(r.ok() || entry.name.empty() || entry.name.data() >= text(reply.items).data(), "names lie in the packet");
  }
}

void exported(Bytes input) {
  wire::ExportReply reply;
  if (!decode(input, wire::Op::export_user, reply)) return;
  Reader r(reply.devices);
  for (unsigned i = 0; i < reply.count && r.ok(); ++i) {
    wire::ExportedDevice device;
    wire::ExportedDevice::fields(r, device);
    require(r.ok() || device.secret.size() <= wire::kMaxSecret, "a secret has a limit");
  }
}

}  // namespace

void reply(Bytes input) {
  using wire::Op;
  decode<wire::BeginReply>(input, Op::begin);
  decode<wire::ImportReply>(input, Op::import_users);
  exported(input);
  decode<wire::VerifyReply>(input, Op::verify);
  for (const Op op : {Op::complete, Op::authfail, Op::unlock, Op::remove, Op::enforce, Op::unenforce})
    decode<wire::Nothing>(input, op);
  decode<wire::PreauthReply>(input, Op::preauth);
  decode<wire::EnrolReply>(input, Op::enrol);
  decode<wire::PingReply>(input, Op::ping);
  decode<wire::SetupReply>(input, Op::setup);
  for (const Op op : {Op::confirm, Op::check}) decode<wire::CodeReply>(input, op);
  decode<wire::UserState>(input, Op::status);
  for (const Op op : {Op::backup_codes, Op::disable, Op::drop_device}) decode<wire::ProvenReply>(input, op);
  decode<wire::AddDeviceReply>(input, Op::add_device);
  decode<wire::BypassReply>(input, Op::bypass);
  decode<wire::ExplainReply>(input, Op::explain);
  decode<wire::RotateReply>(input, Op::rotate);
  decode<wire::RotationReply>(input, Op::rotation);
  decode<wire::RetireReply>(input, Op::retire);
  list_page(input);
  trail_page(input);
  keys(input);
  for (const Op op : {Op::backup_begin, Op::restore}) decode<wire::BackupBegun>(input, op);
  decode<wire::BackupPageReply>(input, Op::backup_page);
  decode<wire::RestorePageReply>(input, Op::restore_page);
  decode<wire::RestoreEndReply>(input, Op::restore_end);
  inspection(input);
  devices(input);
}

}  // namespace umbra::fuzz
