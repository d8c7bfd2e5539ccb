// What umbra-totp asks of the daemon about one of a user's devices; ruled by ARCHITECTURE.md, "Several devices".
#pragma once

#include "common/device_name.hpp"
#include "common/tool_messages.hpp"

namespace umbra::wire {

// Like setup: a fresh secret for a further device, pending until confirm. A device that has the name already is
// replaced then.
struct AddDevice : Setup {
  static constexpr Op kOp = Op::add_device;
  std::string_view name;
  template <class Cursor, class Self>
  static void fields(Cursor& c, Self& m) {
    Setup::fields(c, m);
    c.field(m.name, kMaxDeviceName);
  }
};

// Without backup codes, unless it is the first device.
struct AddDeviceReply : SetupReply {
  bool replaces = false;  // a device that is live now
  template <class Cursor, class Self>
  static void fields(Cursor& c, Self& m) {
    SetupReply::fields(c, m);
    c.field(m.replaces);
  }
};

using DevicesOf = UserRequest<Op::devices>;

struct DeviceEntry {
  std::string_view name;
  std::uint8_t algorithm = 0, digits = 0;
  std::uint32_t period = 0;   // seconds
  std::int64_t added_at = 0;  // unix seconds
  template <class Cursor, class Self>
  static void fields(Cursor& c, Self& m) {
    c.field(m.name, kMaxDeviceName);
    c.field(m.algorithm);
    c.field(m.digits);
    c.field(m.period);
    c.field(m.added_at);
  }
};

inline constexpr std::size_t kMaxDeviceItems = 512;

struct DevicesReply {
  std::string_view user;     // canonical
  std::string_view pending;  // the name of the device whose first code is awaited; empty where none is
  std::uint8_t count = 0;
  Bytes items;  // `count` DeviceEntries, one behind the other, the first device first
  template <class Cursor, class Self>
  static void fields(Cursor& c, Self& m) {
    c.field(m.user, kMaxUser);
    c.field(m.pending, kMaxDeviceName);
    c.field(m.count);
    c.field(m.items, kMaxDeviceItems);
  }
};

// Like disable, for one device; answered by a ProvenReply. With the last one the whole factor goes.
struct DropDevice : ProvenRequest<Op::drop_device> {
  std::string_view name;
  template <class Cursor, class Self>
  static void fields(Cursor& c, Self& m) {
    ProvenRequest::fields(c, m);
    c.field(m.name, kMaxDeviceName);
  }
};

}  // namespace umbra::wire
