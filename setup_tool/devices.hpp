// A user's devices as the daemon lists them, and as they are shown; ruled by umbra-totp(1).
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "common/device_messages.hpp"
#include "setup_tool/tool.hpp"

namespace umbra {

struct DeviceLine {
  std::string name;
  std::string algorithm;
  unsigned digits = 0, period = 0;  // period: seconds
  std::int64_t added_at = 0;        // unix seconds
};

struct DeviceList {
  std::vector<DeviceLine> devices;  // the first one first; empty where the user is not enabled
  std::string pending;              // whose first code is awaited; empty where none is

  [[nodiscard]] bool has(std::string_view name) const;
};

// Throws Failure where the reply is none of our daemon's. Pure.
DeviceList read_devices(const wire::DevicesReply& reply);
// Asks the daemon for `tool.user`'s. Throws Failure.
DeviceList devices_of(const Tool& tool);

// Lines of status' page; nothing where there is no device.
std::string devices_page(const DeviceList& list);
nlohmann::ordered_json devices_json(const DeviceList& list);

}  // namespace umbra
