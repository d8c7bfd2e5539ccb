#include "daemon/rules/record.hpp"

#include <array>

#include "tests/fuzz/targets.hpp"

namespace umbra::fuzz {
namespace {

constexpr std::uint8_t kNewest = 3;  // version, the first byte

}  // namespace

void record(Bytes input) {
  const auto record = decode_record(input);
  if (!record) return;
  require(record->lockout.recent_count <= LockoutState::kMaxRecent, "no more recent failures than there is room for");
  std::array<std::uint8_t, kMaxRecordSize> again;
  const std::size_t size = encode_record(*record, again);
  require(size != 0, "what is read as a record can be written");
  if (input.front() == kNewest) {
    require(text(Bytes(again).first(size)) == text(input), "what is read as a record is written as the same bytes");
    return;
  }
  const auto newer = decode_record(Bytes(again).first(size));
  require(newer.has_value() && newer->user == record->user && newer->generation == record->generation &&
              newer->window == record->window && newer->lockout == record->lockout && newer->more.empty() &&
              newer->epoch == 0,
          "an older record is written as one of today");
}

}  // namespace umbra::fuzz
