// A user's devices as one list: place 0 is Record::active, the others stand in Record::more behind it; ruled by
// ARCHITECTURE.md, "Several devices". Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "common/device_name.hpp"
#include "daemon/rules/record.hpp"

namespace umbra {

struct Attempt;

struct DeviceView {
  std::string_view name;  // kUnnamedDevice where nobody named it
  const Credential* credential = nullptr;
  std::int64_t added_at = 0;  // unix seconds
};

std::size_t device_count(const Record& record) noexcept;
// `place` is below device_count().
DeviceView device_at(const Record& record, std::size_t place) noexcept;
// Names are compared exactly.
std::optional<std::size_t> find_device(const Record& record, std::string_view name) noexcept;

// What the device that is pending will be called.
std::string_view pending_device(const Record& record) noexcept;
// A device of this name is there to be replaced, or one more has room.
bool has_room_for(const Record& record, std::string_view name) noexcept;

// Digits of the longest code: what is cut off where password and code come in one answer.
std::uint8_t most_digits(const Record& record) noexcept;

// The pending device, whose first code `attempt` was and is spent in `window`, is live from now on: in place of the one
// that has its name, of the first where it has none, or behind all others, where has_room_for(). Where it was set up
// without a name, or is the only one, its backup codes replace the old ones. The generation moves where a device was
// replaced, or there was none.
void promote_pending(Record& record, const ReplayWindow& window, const Attempt& attempt);

// The device is gone, and what is pending with it; the generation moves. Behind the first the second takes its place;
// the last one takes the whole factor with it. False where there is no such device.
bool remove_device(Record& record, std::string_view name);

// No device, no backup code, nothing pending; lockout and enforcement stay.
void forget_factor(Record& record);

}  // namespace umbra
