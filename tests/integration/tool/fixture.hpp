// A scripted daemon, the tool beside it, and the answers that most tests want.
#pragma once

#include <gmock/gmock.h>
#include <pwd.h>
#include <sys/stat.h>

#include <nlohmann/json.hpp>

#include "setup_tool/exit_code.hpp"
#include "tests/integration/tool/fake_daemon.hpp"
#include "tests/integration/tool/run_tool.hpp"

namespace umbra::test {

inline constexpr std::uint8_t kSecret[] = {'1', '2', '3', '4', '5', '6', '7', '8', '9', '0',
                                           '1', '2', '3', '4', '5', '6', '7', '8', '9', '0'};
inline constexpr char kSecretText[] = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
inline constexpr char kUri[] =
    "otpauth://totp/example.org:alice?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=example.org";
inline constexpr char kBackupCodes[] =
    "AAAA-0001\nAAAA-0002\nAAAA-0003\nAAAA-0004\nAAAA-0005\nAAAA-0006\nAAAA-0007\nAAAA-0008\nAAAA-0009\nAAAA-0010\n";

inline wire::SetupReply offer() {
  wire::SetupReply reply;
  reply.user = "alice";
  reply.issuer = "example.org";
  reply.secret = kSecret;
  reply.backup_codes = kBackupCodes;
  reply.algorithm = 1;
  reply.digits = 6;
  reply.period = 30;
  return reply;
}

inline wire::CodeReply accepted() {
  wire::CodeReply reply;
  reply.accepted = reply.has_step = true;
  reply.step = 57'000'000;
  reply.user = "alice";
  return reply;
}

inline wire::CodeReply refused(wire::Reason reason = wire::Reason::wrong_code) {
  wire::CodeReply reply;
  reply.reason = static_cast<std::uint8_t>(reason);
  reply.user = "alice";
  return reply;
}

// Somebody who is not root.
inline constexpr uid_t kNobody = 65534;

inline std::string name_of(uid_t uid) {
  const passwd* const entry = getpwuid(uid);
  return entry == nullptr ? "" : entry->pw_name;
}

class ToolTest : public testing::Test {
 protected:
  ToolTest() { have_devices({}); }

  // `args` without --socket, which comes first.
  [[nodiscard]] Args with_socket(Args args) const {
    args.insert(args.begin(), {"--socket", daemon.socket()});
    return args;
  }
  Outcome run(const Args& args, const Streams& streams = {}) const { return run_tool(with_socket(args), streams); }

  // Offers alice a secret and takes 123456 as its first code; notes every answer in `answers`.
  void offer_to_alice() {
    daemon.answer<wire::Setup>([this](const wire::Setup& message) {
      answers.emplace_back(message.answer);
      return offer();
    });
    daemon.answer<wire::Confirm>([this](const wire::Confirm& message) {
      answers.emplace_back(message.answer);
      return message.answer == "123456" ? accepted() : refused();
    });
  }

  // Alice has these devices, of six digits; `pending` waits for its first code.
  void have_devices(const std::vector<std::string>& names, const std::string& pending = "") {
    device_items.resize(wire::kMaxDeviceItems);
    Writer writer(device_items);
    for (const std::string& name : names) {
      const wire::DeviceEntry entry{name, 1, 6, 30, 1'000'000'000};
      wire::DeviceEntry::fields(writer, entry);
    }
    device_items.resize(writer.size());
    daemon.answer<wire::DevicesOf>([this, count = names.size(), pending](const wire::DevicesOf&) {
      return wire::DevicesReply{"alice", pending, static_cast<std::uint8_t>(count), device_items};
    });
  }

  FakeDaemon daemon;
  ScratchFolder folder;
  std::vector<std::uint8_t> device_items;
  std::vector<std::string> answers;  // the tool waits for each reply: no lock needed once it ended
};

inline void expect_exit(const Outcome& outcome, Exit exit) {
  EXPECT_EQ(outcome.exit, static_cast<int>(exit)) << outcome.out << outcome.err;
}

// Nothing on standard output, one line on standard error that names the tool and contains `what`.
inline void expect_error(const Outcome& outcome, Exit exit, const std::string& what = "") {
  expect_exit(outcome, exit);
  EXPECT_EQ(outcome.out, "");
  EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
  EXPECT_THAT(outcome.err, testing::StartsWith("umbra-totp: "));
  EXPECT_THAT(outcome.err, testing::HasSubstr(what));
}

}  // namespace umbra::test
