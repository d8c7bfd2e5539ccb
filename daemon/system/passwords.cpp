#include "daemon/system/passwords.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

// glibc 2.36 forgot to say that these are C functions.
extern "C" {
#include <sys/pidfd.h>
}

#include <array>
#include <cerrno>

#include "common/protocol.hpp"
#include "common/secret.hpp"
#include "daemon/system/names.hpp"

namespace umbra {
namespace {

constexpr int kRight = 0, kWrong = 1;

class Fd {
 public:
  explicit Fd(int fd) noexcept : fd_(fd) {}
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  ~Fd() { reset(); }
  void reset() noexcept {
    if (fd_ >= 0) close(fd_);
    fd_ = -1;
  }
  [[nodiscard]] int get() const noexcept { return fd_; }

 private:
  int fd_;
};

// Writes both before the process exists: a pipe holds PIPE_BUF bytes and more, so that nobody waits for anybody.
bool fill(int fd, const std::string& user, std::string_view password) noexcept {
  std::array<char, wire::kMaxUser + 1 + wire::kMaxPassword> text;
  const WipeGuard guard(text.data(), text.size());
  if (user.size() > wire::kMaxUser || password.size() > wire::kMaxPassword) return false;
  user.copy(text.data(), user.size());
  text[user.size()] = '\0';
  password.copy(text.data() + user.size() + 1, password.size());
  const std::size_t size = user.size() + 1 + password.size();
  return write(fd, text.data(), size) == static_cast<ssize_t>(size);
}

// The program's pid, or -1. Signals are as a fresh process expects them, whatever the loop does with them.
pid_t start(const std::string& program, int input) noexcept {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  if (posix_spawn_file_actions_init(&actions) != 0) return -1;
  if (posix_spawnattr_init(&attributes) != 0) {
    posix_spawn_file_actions_destroy(&actions);
    return -1;
  }
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  char* const arguments[] = {const_cast<char*>(program.c_str()), nullptr};
  char* const environment[] = {nullptr};
  pid_t pid = -1;
  const bool started = posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO) == 0 &&
                       posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0) == 0 &&
                       posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1) == 0 &&
                       posix_spawnattr_setsigmask(&attributes, &none) == 0 &&
                       posix_spawnattr_setsigdefault(&attributes, &all) == 0 &&
                       posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF) == 0 &&
                       posix_spawn(&pid, program.c_str(), &actions, &attributes, arguments, environment) == 0;
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return started ? pid : -1;
}

// How it ended. One that takes too long is ended and was of no use.
PasswordVerdict wait_for(pid_t pid, std::chrono::milliseconds patience) noexcept {
  {
    const Fd process(pidfd_open(pid, 0));
    pollfd ended{process.get(), POLLIN, 0};
    int ready = 0;
    do ready = process.get() < 0 ? -1 : poll(&ended, 1, static_cast<int>(patience.count()));
    while (ready < 0 && process.get() >= 0 && errno == EINTR);
    if (ready != 1) kill(pid, SIGKILL);
  }
  int status = 0;
  while (waitpid(pid, &status, 0) < 0)
    if (errno != EINTR) return PasswordVerdict::unavailable;
  if (!WIFEXITED(status)) return PasswordVerdict::unavailable;
  switch (WEXITSTATUS(status)) {
    case kRight: return PasswordVerdict::right;
    case kWrong: return PasswordVerdict::wrong;
    default: return PasswordVerdict::unavailable;
  }
}

}  // namespace

PasswordVerdict HelperPasswords::check(const std::string& user, std::string_view password) const {
  // No name or password holds a zero byte: PAM would take what is before it for the whole.
  if (!plausible_user_name(user) || password.find('\0') != std::string_view::npos) return PasswordVerdict::wrong;
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return PasswordVerdict::unavailable;
  Fd out(ends[0]), in(ends[1]);
  if (!fill(in.get(), user, password)) return PasswordVerdict::unavailable;
  in.reset();
  const pid_t pid = start(program_, out.get());
  if (pid < 0) return PasswordVerdict::unavailable;
  return wait_for(pid, patience_);
}

}  // namespace umbra
