// Alice with one device, ten backup codes and whole services behind her: for tests of several devices.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "tests/support/whole_daemon.hpp"

namespace umbra::test {

inline constexpr std::string_view kPassword = "alice's password";

struct DeviceHost : WholeDaemon {
  DeviceHost() {
    configure([](Config& config) { config.backup_code_count = 1; });
    Record alice = enrolled();
    codes = give_backup_codes(alice);
    alice.enrolled_at = kNow - 100;
    storage().put(alice);
  }

  auto add(const Peer& peer, std::string_view name, std::string_view answer = {}, bool force = false) {
    wire::AddDevice message;
    message.user = "alice";
    message.name = name;
    message.answer = answer;
    message.force = force;
    return send<wire::AddDeviceReply>(peer, message);
  }
  auto confirm(std::string_view answer) { return send<wire::CodeReply>(kAlice, wire::Confirm{"alice", answer}); }
  auto remove(const Peer& peer, std::string_view name, std::string_view password, std::string_view answer,
              std::uint64_t id) {
    wire::DropDevice message;
    message.user = "alice";
    message.password = password;
    message.answer = answer;
    message.name = name;
    return send<wire::ProvenReply>(peer, message, id);
  }
  auto remove(const Peer& peer, std::string_view name, std::string_view password = {}, std::string_view answer = {}) {
    return remove(peer, name, password, answer, new_id());
  }
  static Credential credential_of(const wire::SetupReply& reply) {
    return credential(static_cast<wire::Algorithm>(reply.algorithm), reply.digits, reply.period, text(reply.secret));
  }
  // Adds and confirms a device as root, and burns the code of now on the way.
  Credential add_and_confirm(std::string_view name) {
    const auto added = add(kRoot, name, {}, true);
    EXPECT_EQ(added.status, wire::Status::ok) << name;
    const Credential credential = credential_of(added.reply);
    EXPECT_TRUE(confirm(code_of(credential)).reply.accepted) << name;
    return credential;
  }
  std::string code_of(const Credential& credential, int offset = 0) {
    return code_text(credential, clock().wall(), offset);
  }
  bool logs_in(std::string_view answer) { return log_in(kRoot, {}, answer).reply.accepted; }
  // "name digits added_at", and behind them what is pending.
  std::vector<std::string> devices(const Peer& peer = kAlice) {
    const auto answered = send<wire::DevicesReply>(peer, wire::DevicesOf{"alice"});
    std::vector<std::string> lines;
    Reader items(answered.reply.items);
    for (unsigned i = 0; i < answered.reply.count; ++i) {
      wire::DeviceEntry entry;
      wire::DeviceEntry::fields(items, entry);
      lines.push_back(std::string(entry.name) + " " + std::to_string(entry.digits) + " " +
                      std::to_string(entry.added_at - kNow));
    }
    EXPECT_TRUE(items.ok() && items.at_end());
    if (!answered.reply.pending.empty()) lines.push_back("pending " + std::string(answered.reply.pending));
    return lines;
  }

  std::vector<std::string> codes;
};
using Lines = std::vector<std::string>;

}  // namespace umbra::test
