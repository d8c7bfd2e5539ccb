// umbra-totpd beside others of its kind: one at its socket, a killed one's leavings, a database of another's.
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>

#include "tests/integration/daemon/daemon_process.hpp"

namespace umbra::test {
namespace {

using wire::Status;

constexpr const char* kUser = "root";  // whom every machine has

void set_up(const DaemonProcess& daemon) {
  Status status = Status::unavailable;
  wire::SetupReply reply;
  std::vector<std::uint8_t> buffer;
  wire::Setup message;
  message.user = kUser;
  ASSERT_EQ(ask(daemon, message, status, reply, buffer), ChannelError::none);
  ASSERT_EQ(status, Status::ok);
}

bool knows_the_user(const DaemonProcess& daemon) {
  Status status = Status::unavailable;
  wire::UserState state;
  std::vector<std::uint8_t> buffer;
  EXPECT_EQ(ask(daemon, wire::StatusOf{kUser}, status, state, buffer), ChannelError::none);
  return status == Status::ok && state.pending;
}

// Its database knows nobody: with nullok every login would pass by it.
TEST(Start, ASecondOneAtTheSameSocketRefusesToStart) {
  DaemonProcess daemon;
  ASSERT_TRUE(daemon.start());
  set_up(daemon);
  DaemonProcess second;
  EXPECT_FALSE(second.start({"--socket", daemon.path("socket")}));
  EXPECT_EQ(second.wait(), 1);
  EXPECT_NE(second.log().find("listens at"), std::string::npos) << second.log();
  EXPECT_TRUE(knows_the_user(daemon)) << "and it is the first one that serves there";
}

TEST(Start, WhatAKilledOneLeftBehindIsNoObstacle) {
  DaemonProcess daemon;
  ASSERT_TRUE(daemon.start());
  set_up(daemon);
  daemon.signal(SIGKILL);
  EXPECT_EQ(daemon.wait(), 128 + SIGKILL);
  for (const char* file : {"socket", "state/lock", "state/lock.mdb"})
    EXPECT_TRUE(std::filesystem::exists(daemon.path(file))) << file;
  ASSERT_TRUE(daemon.start()) << daemon.log();
  EXPECT_TRUE(knows_the_user(daemon));
}

// A copy has what its daemon acknowledged last in the journal alone: it must be there for the right ring afterwards.
TEST(Start, ACopyUnderAnotherRingIsRefusedAndKeepsEverything) {
  DaemonProcess daemon, other;
  ASSERT_TRUE(other.start());
  other.signal(SIGTERM);
  ASSERT_EQ(other.wait(), 0);
  ASSERT_TRUE(daemon.start());
  set_up(daemon);
  daemon.signal(SIGKILL);
  daemon.wait();
  std::filesystem::remove_all(other.path("state"));
  std::filesystem::copy(daemon.path("state"), other.path("state"));
  const std::string ring = read_file(other.path("keyring"));
  for (int i = 0; i < 2; ++i) {
    EXPECT_FALSE(other.start());
    EXPECT_EQ(other.wait(), 1);
    EXPECT_NE(other.log().find("does not open this database"), std::string::npos) << other.log();
  }
  EXPECT_EQ(read_file(other.path("keyring")), ring);
  std::filesystem::remove(other.path("keyring"));
  std::filesystem::copy(daemon.path("keyring"), other.path("keyring"));
  ASSERT_TRUE(other.start()) << other.log();
  EXPECT_TRUE(knows_the_user(other));
}

}  // namespace
}  // namespace umbra::test
