#include "tests/integration/daemon/daemon_process.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <thread>

namespace umbra::test {
namespace {

constexpr std::chrono::seconds kPatience{10};
constexpr std::chrono::milliseconds kPause{5};

}  // namespace

DaemonProcess::~DaemonProcess() {
  if (pid_ <= 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

void DaemonProcess::become(const std::vector<std::string>& more_words) const {
  const int log = open(path("log").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  dup2(log, STDERR_FILENO);
  if (inherited_socket >= 0) {
    const int moved = fcntl(inherited_socket, F_DUPFD, 10);
    dup2(moved, 3);
    close(moved);
    setenv("LISTEN_PID", std::to_string(getpid()).c_str(), 1);
    setenv("LISTEN_FDS", "1", 1);
  }
  for (const auto& [name, value] : environment) setenv(name.c_str(), value.c_str(), 1);
  std::vector<std::string> words = {std::getenv("UMBRA_TOTPD"),
                                    "--config",
                                    path("config.toml"),
                                    "--state-dir",
                                    path("state"),
                                    "--keyring",
                                    path("keyring"),
                                    "--socket",
                                    path("socket")};
  words.insert(words.end(), more_words.begin(), more_words.end());
  std::vector<char*> argv;
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  execv(argv[0], argv.data());
  _exit(127);
}

bool DaemonProcess::start(const std::vector<std::string>& more_words) {
  const std::size_t before = log().size();
  pid_ = fork();
  if (pid_ == 0) become(more_words);
  for (const auto end = std::chrono::steady_clock::now() + kPatience; std::chrono::steady_clock::now() < end;) {
    if (log().find("ready at", before) != std::string::npos) return true;
    siginfo_t ended{};
    if (waitid(P_PID, static_cast<id_t>(pid_), &ended, WEXITED | WNOHANG | WNOWAIT) == 0 && ended.si_pid == pid_)
      return false;
    std::this_thread::sleep_for(kPause);
  }
  ADD_FAILURE() << "the daemon neither started nor ended: " << log();
  return false;
}

void DaemonProcess::signal(int number) const { kill(pid_, number); }

int DaemonProcess::wait() {
  for (const auto end = std::chrono::steady_clock::now() + kPatience; std::chrono::steady_clock::now() < end;) {
    int status = 0;
    if (waitpid(pid_, &status, WNOHANG) == pid_) {
      pid_ = -1;
      return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }
    std::this_thread::sleep_for(kPause);
  }
  ADD_FAILURE() << "the daemon does not end: " << log();
  return -1;
}

std::string DaemonProcess::log() const { return read_file(path("log")); }

bool DaemonProcess::says(const std::string& text) const {
  for (const auto end = std::chrono::steady_clock::now() + kPatience; std::chrono::steady_clock::now() < end;) {
    if (log().find(text) != std::string::npos) return true;
    std::this_thread::sleep_for(kPause);
  }
  return false;
}

void DaemonProcess::write(const std::string& name, const std::string& text) const {
  std::ofstream(path(name)) << text;
  chmod(path(name).c_str(), 0644);
}

RawConnection::RawConnection(const std::string& path) : fd_(socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0)) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  if (connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    ADD_FAILURE() << "cannot connect to " << path;
}

RawConnection::~RawConnection() { close(fd_); }

bool RawConnection::send(const std::vector<std::uint8_t>& bytes) const {
  return ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
}

std::vector<std::uint8_t> RawConnection::receive(std::chrono::milliseconds patience) const {
  pollfd ready{fd_, POLLIN, 0};
  if (poll(&ready, 1, static_cast<int>(patience.count())) != 1) {
    ADD_FAILURE() << "neither an answer nor an end within " << patience.count() << " ms";
    return {};
  }
  std::vector<std::uint8_t> packet(wire::kMaxPacket);
  const ssize_t got = recv(fd_, packet.data(), packet.size(), 0);
  packet.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return packet;
}

}  // namespace umbra::test
