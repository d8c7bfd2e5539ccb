#include "daemon/rules/record.hpp"

#include <array>

#include "tests/fuzz/targets.hpp"

namespace umbra::fuzz {

void record(Bytes input) {
  const auto record = decode_record(input);
  if (!record) return;
  require(record->lockout.recent_count <= LockoutState::kMaxRecent, "no more recent failures than there is room for");
  std::array<std::uint8_t, kMaxRecordSize> again;
  const std::size_t size = encode_record(*record, again);
  require(text(Bytes(again).first(size)) == text(input), "what is read as a record is written as the same bytes");
}

}  // namespace umbra::fuzz
