#include "daemon/system/systemd.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <ctime>
#include <functional>

#include "tests/support/temp_dir.hpp"

namespace umbra {
namespace {

constexpr int kGivenFd = 3;  // SD_LISTEN_FDS_START

int bound_socket(int type, const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), path.size());
  const int fd = socket(AF_UNIX, type, 0);
  EXPECT_EQ(bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0) << path;
  return fd;
}

// Runs `body` in a child as systemd would start it: `given` at descriptor 3 and `count` in LISTEN_FDS. The child's exit
// code is what body returns.
int started_with(int given, const char* count, const std::function<int()>& body) {
  const pid_t child = fork();
  if (child == 0) {
    if (given >= 0 && given != kGivenFd) dup2(given, kGivenFd);
    setenv("LISTEN_PID", std::to_string(getpid()).c_str(), 1);
    setenv("LISTEN_FDS", count, 1);
    _exit(body());
  }
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

enum Outcome : int { kNothing = 10, kGood = 11, kRefused = 12, kWrongState = 13 };

int ask() {
  const auto fd = systemd::listen_fd();
  if (!fd) return fd.error().starts_with("systemd's socket: ") ? kRefused : kWrongState;
  if (!*fd) return kNothing;
  const bool environment_gone = getenv("LISTEN_FDS") == nullptr && getenv("LISTEN_PID") == nullptr;
  const bool flags = (fcntl(**fd, F_GETFL) & O_NONBLOCK) != 0 && (fcntl(**fd, F_GETFD) & FD_CLOEXEC) != 0;
  return **fd == kGivenFd && environment_gone && flags ? kGood : kWrongState;
}

TEST(ListenFd, NothingGiven) {
  unsetenv("LISTEN_FDS");
  unsetenv("LISTEN_PID");
  const auto fd = systemd::listen_fd();
  ASSERT_TRUE(fd);
  EXPECT_FALSE(*fd);
}

TEST(ListenFd, TakesOneListeningSeqpacketSocket) {
  const test::TempDir directory;
  const int fd = bound_socket(SOCK_SEQPACKET, directory.path() + "/s");
  ASSERT_EQ(listen(fd, 1), 0);
  EXPECT_EQ(started_with(fd, "1", ask), kGood);
  EXPECT_EQ(started_with(fd, "0", ask), kRefused);
  EXPECT_EQ(started_with(fd, "1",
                         [] {
                           setenv("LISTEN_PID", "1", 1);  // meant for somebody else
                           return ask();
                         }),
            kNothing);
  EXPECT_EQ(started_with(fd, "nonsense", ask), kRefused);
  EXPECT_EQ(started_with(fd, "2",
                         [] {
                           dup2(kGivenFd, kGivenFd + 1);
                           return ask();
                         }),
            kRefused);
  close(fd);
}

TEST(ListenFd, RefusesAnythingElse) {
  const test::TempDir directory;
  const int silent = bound_socket(SOCK_SEQPACKET, directory.path() + "/silent");
  EXPECT_EQ(started_with(silent, "1", ask), kRefused) << "not listening";
  const int stream = bound_socket(SOCK_STREAM, directory.path() + "/stream");
  ASSERT_EQ(listen(stream, 1), 0);
  EXPECT_EQ(started_with(stream, "1", ask), kRefused) << "not SOCK_SEQPACKET";
  const int file = open("/dev/null", O_RDONLY | O_CLOEXEC);
  EXPECT_EQ(started_with(file, "1", ask), kRefused) << "not a socket";
  for (const int fd : {silent, stream, file}) close(fd);
}

class NotifyTest : public testing::Test {
 protected:
  NotifyTest() {
    const std::string path = directory_.path() + "/notify";
    fd_ = bound_socket(SOCK_DGRAM | SOCK_NONBLOCK, path);
    setenv("NOTIFY_SOCKET", path.c_str(), 1);
  }
  ~NotifyTest() override {
    close(fd_);
    for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"}) unsetenv(name);
  }
  std::string told() const {
    char text[256];
    const ssize_t size = recv(fd_, text, sizeof text, 0);
    return size < 0 ? "(nothing)" : std::string(text, static_cast<std::size_t>(size));
  }

  test::TempDir directory_;
  int fd_ = -1;
};

TEST_F(NotifyTest, TellsTheServiceManager) {
  systemd::notify_ready();
  EXPECT_EQ(told(), "READY=1");
  systemd::notify_stopping();
  EXPECT_EQ(told(), "STOPPING=1");
  systemd::notify_watchdog();
  EXPECT_EQ(told(), "WATCHDOG=1");
  EXPECT_EQ(told(), "(nothing)");
}

TEST_F(NotifyTest, AReloadCarriesItsTime) {
  const auto microseconds = [] {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<long long>(now.tv_sec) * 1'000'000 + now.tv_nsec / 1000;
  };
  const auto before = microseconds();
  systemd::notify_reloading();
  const auto after = microseconds();
  const std::string text = told();
  const std::string_view expected = "RELOADING=1\nMONOTONIC_USEC=";
  ASSERT_TRUE(text.starts_with(expected)) << text;
  const long long stamp = std::stoll(text.substr(expected.size()));
  EXPECT_GE(stamp, before);
  EXPECT_LE(stamp, after);
}

TEST_F(NotifyTest, WatchdogInterval) {
  EXPECT_EQ(systemd::watchdog_interval().count(), 0);
  setenv("WATCHDOG_USEC", "30000000", 1);
  EXPECT_EQ(systemd::watchdog_interval(), std::chrono::seconds(30));
  setenv("WATCHDOG_PID", "1", 1);  // meant for somebody else
  EXPECT_EQ(systemd::watchdog_interval().count(), 0);
}

TEST(Notify, WithoutAServiceManagerNothingHappens) {
  unsetenv("NOTIFY_SOCKET");
  systemd::notify_ready();
  systemd::notify_reloading();
  systemd::notify_stopping();
  systemd::notify_watchdog();
  EXPECT_EQ(systemd::watchdog_interval().count(), 0);
}

}  // namespace
}  // namespace umbra
