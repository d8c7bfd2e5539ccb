// umbra-totpd as its callers and its service manager see it: starts, refusals to start, deadlines, graceful stops.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <thread>

#include "tests/integration/daemon/daemon_process.hpp"

namespace umbra::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using wire::Status;

constexpr const char* kUser = "root";  // whom every machine has

std::vector<std::uint8_t> ping() {
  std::vector<std::uint8_t> packet(wire::kMaxPacket);
  packet.resize(wire::encode_request(wire::Ping{}, wire::RequestId{}, packet));
  return packet;
}

Status set_up(const DaemonProcess& daemon) {
  Status status = Status::unavailable;
  wire::SetupReply reply;
  std::vector<std::uint8_t> buffer;
  wire::Setup message;
  message.user = kUser;
  EXPECT_EQ(ask(daemon, message, status, reply, buffer), ChannelError::none);
  return status;
}

Status ask_status(const DaemonProcess& daemon, bool& pending) {
  Status status = Status::unavailable;
  wire::UserState state;
  std::vector<std::uint8_t> buffer;
  EXPECT_EQ(ask(daemon, wire::StatusOf{kUser}, status, state, buffer), ChannelError::none);
  pending = state.pending;
  return status;
}

TEST(Daemon, FirstStartMakesARingAndASocketForAll) {
  DaemonProcess daemon;
  ASSERT_TRUE(daemon.start()) << daemon.log();
  struct stat status{};
  ASSERT_EQ(stat(daemon.path("keyring").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777U, 0400U);
  ASSERT_EQ(stat(daemon.path("socket").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0666U);
  ASSERT_EQ(stat(daemon.path("state").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0700U);
}

TEST(Daemon, KeepsItsRecordsOverAKill) {
  DaemonProcess daemon;
  ASSERT_TRUE(daemon.start());
  ASSERT_EQ(set_up(daemon), Status::ok);
  daemon.signal(SIGKILL);
  EXPECT_EQ(daemon.wait(), 128 + SIGKILL);
  ASSERT_TRUE(daemon.start()) << daemon.log();
  bool pending = false;
  EXPECT_EQ(ask_status(daemon, pending), Status::ok);
  EXPECT_TRUE(pending);
}

TEST(Daemon, WithoutItsRingOrWithAnotherItRefusesToStart) {
  DaemonProcess daemon;
  ASSERT_TRUE(daemon.start());
  ASSERT_EQ(set_up(daemon), Status::ok);
  daemon.signal(SIGTERM);
  ASSERT_EQ(daemon.wait(), 0);

  std::filesystem::rename(daemon.path("keyring"), daemon.path("right"));
  EXPECT_FALSE(daemon.start());
  EXPECT_EQ(daemon.wait(), 1);
  EXPECT_NE(daemon.log().find("is missing but there are records: put it back"), std::string::npos) << daemon.log();
  EXPECT_FALSE(std::filesystem::exists(daemon.path("keyring"))) << "nothing was made in its place";

  daemon.write("keyring", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n");
  EXPECT_FALSE(daemon.start());
  EXPECT_EQ(daemon.wait(), 1);
  EXPECT_NE(daemon.log().find("does not open this database"), std::string::npos) << daemon.log();

  std::filesystem::rename(daemon.path("right"), daemon.path("keyring"));
  ASSERT_TRUE(daemon.start()) << daemon.log();
  bool pending = false;
  EXPECT_EQ(ask_status(daemon, pending), Status::ok);
  EXPECT_TRUE(pending) << "nothing was lost on the way";
}

TEST(Daemon, ASecondOneOnTheSameFolderRefusesToStart) {
  DaemonProcess daemon;
  ASSERT_TRUE(daemon.start());
  DaemonProcess second;
  EXPECT_FALSE(second.start({"--state-dir", daemon.path("state")}));
  EXPECT_EQ(second.wait(), 1);
  EXPECT_NE(second.log().find("another umbra-totpd uses"), std::string::npos) << second.log();
  bool pending = false;
  EXPECT_EQ(ask_status(daemon, pending), Status::ok) << "and the first one serves on";
}

TEST(Daemon, LeavesAFileThatIsNoSocketAlone) {
  DaemonProcess daemon;
  daemon.write("socket", "somebody's");
  EXPECT_FALSE(daemon.start());
  EXPECT_EQ(daemon.wait(), 1);
  EXPECT_TRUE(std::filesystem::is_regular_file(daemon.path("socket")));
}

TEST(Daemon, ABadConfigurationIsRefusedWithItsPlace) {
  DaemonProcess daemon;
  daemon.write("config.toml", "[totp]\ndigitz = 6\n");
  EXPECT_FALSE(daemon.start());
  EXPECT_EQ(daemon.wait(), 1);
  EXPECT_NE(daemon.log().find("config.toml:2:1"), std::string::npos) << daemon.log();
}

TEST(Daemon, AReloadTakesAGoodConfigurationAndKeepsTheOldOneOverABad) {
  DaemonProcess daemon;
  ASSERT_TRUE(daemon.start());
  daemon.write("config.toml", "issuer = \"reloaded\"\n");
  daemon.signal(SIGHUP);
  ASSERT_TRUE(daemon.says("configuration read again"));
  daemon.write("config.toml", "issuer = 5\n");
  daemon.signal(SIGHUP);
  ASSERT_TRUE(daemon.says("the old configuration stays in force"));
  Status status = Status::unavailable;
  wire::SetupReply reply;
  std::vector<std::uint8_t> buffer;
  wire::Setup message;
  message.user = kUser;
  ASSERT_EQ(ask(daemon, message, status, reply, buffer), ChannelError::none);
  EXPECT_EQ(reply.issuer, "reloaded");
}

TEST(Daemon, ASilentConnectionIsClosedWithinTwoSeconds) {
  DaemonProcess daemon;
  ASSERT_TRUE(daemon.start());
  const RawConnection silent(daemon.path("socket"));
  const auto begin = steady_clock::now();
  EXPECT_TRUE(silent.receive().empty());
  const auto took = steady_clock::now() - begin;
  EXPECT_GT(took, milliseconds(1500));
  EXPECT_LT(took, milliseconds(3000)) << "two seconds, and what a busy machine adds";
}

TEST(Daemon, AConnectionThatWasAnsweredMayAskAgainAndIsClosedWhenItFallsSilent) {
  DaemonProcess daemon;
  ASSERT_TRUE(daemon.start());
  const RawConnection connection(daemon.path("socket"));
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(connection.send(ping()));
    EXPECT_FALSE(connection.receive().empty());
    std::this_thread::sleep_for(milliseconds(700));
  }
  EXPECT_TRUE(connection.receive(milliseconds(4000)).empty());
}

TEST(Daemon, NonsenseEndsItsConnectionAndNothingElse) {
  DaemonProcess daemon;
  ASSERT_TRUE(daemon.start());
  const auto good = ping();
  for (std::size_t size = 1; size < good.size(); ++size) {
    const RawConnection cut(daemon.path("socket"));
    ASSERT_TRUE(cut.send({good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size)}));
    EXPECT_TRUE(cut.receive().empty()) << size;
  }
  const RawConnection huge(daemon.path("socket"));
  ASSERT_TRUE(huge.send(std::vector<std::uint8_t>(wire::kMaxPacket + 1, 1)));
  EXPECT_TRUE(huge.receive().empty());
  auto longer = good;
  longer.push_back(0);
  const RawConnection trailing(daemon.path("socket"));
  ASSERT_TRUE(trailing.send(longer));
  const auto refused = trailing.receive();
  ASSERT_EQ(refused.size(), 19U);
  EXPECT_EQ(refused.back(), static_cast<std::uint8_t>(Status::bad_request));
  const RawConnection sane(daemon.path("socket"));
  ASSERT_TRUE(sane.send(good));
  EXPECT_FALSE(sane.receive().empty());
}

TEST(Daemon, ASecondRequestBeforeTheAnswerEndsTheConnection) {
  DaemonProcess daemon;
  ASSERT_TRUE(daemon.start());
  std::vector<std::uint8_t> setup(wire::kMaxPacket);
  wire::Setup message;
  message.user = kUser;
  setup.resize(wire::encode_request(message, wire::RequestId{}, setup));
  const RawConnection hasty(daemon.path("socket"));
  ASSERT_TRUE(hasty.send(setup));  // ten Argon2 hashes
  ASSERT_TRUE(hasty.send(ping()));
  EXPECT_TRUE(hasty.receive().empty());
}

TEST(Daemon, ATerminatedDaemonAnswersWhatIsUnderWay) {
  DaemonProcess daemon;
  ASSERT_TRUE(daemon.start());
  Status status = Status::unavailable;
  std::thread caller([&] { status = set_up(daemon); });
  std::this_thread::sleep_for(milliseconds(60));  // of the 200 and more that setup takes
  daemon.signal(SIGTERM);
  caller.join();
  EXPECT_EQ(status, Status::ok);
  EXPECT_EQ(daemon.wait(), 0);
  EXPECT_FALSE(std::filesystem::exists(daemon.path("socket")));
}

TEST(Daemon, ServesTheSocketThatItsServiceManagerGives) {
  DaemonProcess daemon;
  const int fd = socket(AF_UNIX, SOCK_SEQPACKET, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  daemon.path("given").copy(address.sun_path, sizeof address.sun_path - 1);
  ASSERT_EQ(bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(listen(fd, 16), 0);
  daemon.inherited_socket = fd;
  ASSERT_TRUE(daemon.start()) << daemon.log();
  close(fd);
  const RawConnection connection(daemon.path("given"));
  ASSERT_TRUE(connection.send(ping()));
  EXPECT_FALSE(connection.receive().empty());
  daemon.signal(SIGTERM);
  EXPECT_EQ(daemon.wait(), 0);
  EXPECT_TRUE(std::filesystem::exists(daemon.path("given"))) << "it is not ours to take away";
}

TEST(Daemon, TellsItsServiceManager) {
  DaemonProcess daemon;
  const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  daemon.path("notify").copy(address.sun_path, sizeof address.sun_path - 1);
  ASSERT_EQ(bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  daemon.environment = {{"NOTIFY_SOCKET", daemon.path("notify")}, {"WATCHDOG_USEC", "200000"}};
  ASSERT_TRUE(daemon.start()) << daemon.log();
  daemon.signal(SIGHUP);
  std::this_thread::sleep_for(milliseconds(500));
  daemon.signal(SIGTERM);
  ASSERT_EQ(daemon.wait(), 0);
  std::string heard;
  char packet[512];
  for (ssize_t got = recv(fd, packet, sizeof packet, 0); got > 0; got = recv(fd, packet, sizeof packet, 0))
    heard.append(packet, static_cast<std::size_t>(got)).append("\n");
  close(fd);
  for (const char* word : {"READY=1", "RELOADING=1", "WATCHDOG=1", "STOPPING=1"})
    EXPECT_NE(heard.find(word), std::string::npos) << word << " in " << heard;
}

TEST(Daemon, LeavesNoSecretInItsLogOrDatabase) {
  DaemonProcess daemon;
  ASSERT_TRUE(daemon.start());
  Status status = Status::unavailable;
  wire::SetupReply reply;
  std::vector<std::uint8_t> buffer;
  wire::Setup message;
  message.user = kUser;
  ASSERT_EQ(ask(daemon, message, status, reply, buffer), ChannelError::none);
  const std::string secret(reply.secret.begin(), reply.secret.end());
  const std::string code(reply.backup_codes.substr(0, 9));
  ASSERT_EQ(secret.size(), 20U);
  daemon.signal(SIGTERM);
  daemon.wait();
  const std::string ring = read_file(daemon.path("keyring"));
  const std::string key = ring.substr(ring.rfind('\n', ring.size() - 2) + 1, 44);
  for (const std::string& where : {read_file(daemon.path("state/data.mdb")), daemon.log()})
    for (const std::string& what : {secret, code, key}) EXPECT_EQ(where.find(what), std::string::npos);
}

}  // namespace
}  // namespace umbra::test
