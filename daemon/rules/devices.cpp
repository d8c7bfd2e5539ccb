#include "daemon/rules/devices.hpp"

#include <algorithm>

#include "daemon/rules/verify_and_burn.hpp"

namespace umbra {
namespace {

std::string_view shown(const std::string& name) noexcept { return name.empty() ? kUnnamedDevice : name; }

// Puts the pending credential at this place; its window is that of its first code.
void put_pending(Record& record, std::size_t place, const ReplayWindow& window, std::int64_t now) {
  if (place == 0) {
    if (!record.active) record.name = std::move(record.pending_name);
    record.active = std::move(record.pending);
    record.window = window;
    record.enrolled_at = now;
  } else {
    if (place > record.more.size()) record.more.emplace_back().name = std::move(record.pending_name);
    Device& device = record.more[place - 1];
    device.credential = std::move(*record.pending);
    device.window = window;
    device.added_at = now;
  }
}

void forget_pending(Record& record) {
  record.pending.reset();
  record.pending_name.clear();
  record.pending_backup = {};
}

// An acceptance names the place of the device whose code it was.
void forget_place(Record& record, std::size_t place) {
  for (Acceptance& acceptance : record.acceptances) {
    if (acceptance.device == place) acceptance.step = 0;  // its code is nobody's any more
    if (acceptance.device > place) --acceptance.device;
  }
}

}  // namespace

std::size_t device_count(const Record& record) noexcept { return record.active ? 1 + record.more.size() : 0; }

DeviceView device_at(const Record& record, std::size_t place) noexcept {
  if (place == 0) return {shown(record.name), &*record.active, record.enrolled_at};
  const Device& device = record.more[place - 1];
  return {shown(device.name), &device.credential, device.added_at};
}

std::optional<std::size_t> find_device(const Record& record, std::string_view name) noexcept {
  for (std::size_t place = 0; place < device_count(record); ++place)
    if (device_at(record, place).name == name) return place;
  return std::nullopt;
}

std::string_view pending_device(const Record& record) noexcept {
  return record.pending_name.empty() && record.active ? shown(record.name) : shown(record.pending_name);
}

bool has_room_for(const Record& record, std::string_view name) noexcept {
  return device_count(record) < kMaxDevices || find_device(record, name).has_value();
}

std::uint8_t most_digits(const Record& record) noexcept {
  std::uint8_t most = 0;
  for (std::size_t place = 0; place < device_count(record); ++place)
    most = std::max(most, device_at(record, place).credential->digits);
  return most;
}

void promote_pending(Record& record, const ReplayWindow& window, const Attempt& attempt) {
  const bool first = record.pending_name.empty() || !record.active;
  const std::size_t count = device_count(record);
  const std::size_t place = first ? 0 : find_device(record, record.pending_name).value_or(count);
  // A device that is added takes nothing away: what was begun before goes on.
  if (place < count || count == 0) ++record.generation;
  if (first) record.backup = std::move(record.pending_backup);
  put_pending(record, place, window, attempt.wall);
  forget_pending(record);
  for (Acceptance& acceptance : record.acceptances)
    if (acceptance.id == attempt.id && acceptance.purpose == attempt.purpose)
      acceptance.device = static_cast<std::uint8_t>(place);
}

bool remove_device(Record& record, std::string_view name) {
  const auto place = find_device(record, name);
  if (!place) return false;
  if (record.more.empty()) {
    forget_factor(record);
    return true;
  }
  if (*place == 0) {
    Device& second = record.more.front();
    record.name = std::move(second.name);
    record.active = std::move(second.credential);
    record.window = second.window;
    record.enrolled_at = second.added_at;
  }
  record.more.erase(record.more.begin() + static_cast<std::ptrdiff_t>(*place == 0 ? 0 : *place - 1));
  forget_place(record, *place);
  // What waits may be meant for the place that somebody else has now.
  forget_pending(record);
  ++record.generation;
  return true;
}

void forget_factor(Record& record) {
  forget_pending(record);
  record.active.reset();
  record.name.clear();
  record.more.clear();
  record.backup = {};
  record.bypass.reset();
  record.window = {};
  record.enrolled_at = 0;
  ++record.generation;
}

}  // namespace umbra
