#include "setup_tool/devices.hpp"

#include <algorithm>

#include "setup_tool/otpauth.hpp"
#include "setup_tool/plain_text.hpp"

namespace umbra {
namespace {

constexpr std::string_view kFirstLine = "Devices:          ", kNextLine = "                  ";

std::string since(const DeviceLine& device) {
  const auto time = device.added_at == 0 ? std::nullopt : utc_time(device.added_at);
  return time ? ", since " + *time : "";
}

}  // namespace

bool DeviceList::has(std::string_view name) const {
  return std::ranges::any_of(devices, [&](const DeviceLine& device) { return device.name == name; });
}

DeviceList read_devices(const wire::DevicesReply& reply) {
  DeviceList list;
  list.pending = reply.pending;
  Reader items(reply.items);
  for (unsigned i = 0; i < reply.count; ++i) {
    wire::DeviceEntry entry;
    wire::DeviceEntry::fields(items, entry);
    if (!items.ok()) Client::throw_broken();
    list.devices.push_back({std::string(entry.name), std::string(algorithm_name(entry.algorithm)), entry.digits,
                            entry.period, entry.added_at});
  }
  if (!items.at_end()) Client::throw_broken();
  return list;
}

DeviceList devices_of(const Tool& tool) {
  wire::DevicesReply reply;
  tool.client.require(wire::DevicesOf{tool.user}, reply, tool.user);
  return read_devices(reply);
}

std::string devices_page(const DeviceList& list) {
  std::string page;
  const auto add = [&](const std::string& text) {
    page.append(page.empty() ? kFirstLine : kNextLine).append(text).append("\n");
  };
  for (const DeviceLine& device : list.devices)
    add(printable(device.name) + " (" + std::to_string(device.digits) + " digits" + since(device) + ")");
  if (!list.pending.empty()) add(printable(list.pending) + " (waits for its first code)");
  return page;
}

nlohmann::ordered_json devices_json(const DeviceList& list) {
  nlohmann::ordered_json array = nlohmann::ordered_json::array();
  for (const DeviceLine& device : list.devices) {
    const auto time = device.added_at == 0 ? std::nullopt : utc_time(device.added_at);
    nlohmann::ordered_json object;
    object["name"] = printable(device.name);
    object["algorithm"] = device.algorithm;
    object["digits"] = device.digits;
    object["period"] = device.period;
    object["added_at"] = time ? nlohmann::ordered_json(*time) : nlohmann::ordered_json(nullptr);
    array.push_back(std::move(object));
  }
  return array;
}

}  // namespace umbra
