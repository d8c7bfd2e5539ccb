#include <array>

#include "common/wire.hpp"
#include "tests/fuzz/targets.hpp"

namespace umbra::fuzz {
namespace {

template <class Message>
void decode(Bytes input, const wire::RequestHeader& header) {
  Message message;
  if (!wire::decode_request(input, message)) return;
  require(header.op == static_cast<std::uint8_t>(Message::kOp), "a request is read as its own op alone");
  std::array<std::uint8_t, wire::kMaxPacket> again;
  const std::size_t size = wire::encode_request(message, header.id, again);
  require(text(Bytes(again).first(size)) == text(input), "what is read as a request is written as the same bytes");
}

}  // namespace

void request(Bytes input) {
  wire::RequestHeader header;
  wire::decode_header(input, header);
  decode<wire::Begin>(input, header);
  decode<wire::Verify>(input, header);
  decode<wire::Complete>(input, header);
  decode<wire::Ping>(input, header);
  decode<wire::Setup>(input, header);
  decode<wire::Confirm>(input, header);
  decode<wire::Check>(input, header);
  decode<wire::StatusOf>(input, header);
  decode<wire::List>(input, header);
  decode<wire::Unlock>(input, header);
  decode<wire::Remove>(input, header);
  decode<wire::Preauth>(input, header);
  decode<wire::Authfail>(input, header);
  decode<wire::Enrol>(input, header);
  decode<wire::BackupCodes>(input, header);
  decode<wire::Disable>(input, header);
  decode<wire::Enforce>(input, header);
  decode<wire::Unenforce>(input, header);
  decode<wire::Bypass>(input, header);
  decode<wire::TrailOf>(input, header);
  decode<wire::Explain>(input, header);
  decode<wire::KeysOf>(input, header);
  decode<wire::Rotate>(input, header);
  decode<wire::RotationOf>(input, header);
  decode<wire::Retire>(input, header);
  decode<wire::BackupBegin>(input, header);
  decode<wire::BackupPage>(input, header);
  decode<wire::Restore>(input, header);
  decode<wire::RestorePage>(input, header);
  decode<wire::RestoreEnd>(input, header);
  decode<wire::Inspect>(input, header);
  decode<wire::AddDevice>(input, header);
  decode<wire::DevicesOf>(input, header);
  decode<wire::DropDevice>(input, header);
  decode<wire::Import>(input, header);
  decode<wire::Export>(input, header);
}

}  // namespace umbra::fuzz
