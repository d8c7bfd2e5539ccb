#include "setup_tool/doctor/program.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>

#include "common/descriptor.hpp"
#include "setup_tool/failure.hpp"

namespace umbra {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kPatience{10'000};
constexpr std::size_t kMostOutput = 1 << 20;

class Actions {
 public:
  explicit Actions(int out) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions_, out, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions_, out, STDERR_FILENO);
  }
  ~Actions() { posix_spawn_file_actions_destroy(&actions_); }
  Actions(const Actions&) = delete;
  Actions& operator=(const Actions&) = delete;
  [[nodiscard]] const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_{};
};

// False where it says more than anybody reads, or does not end in time.
bool hear(int fd, std::string& output) {
  const auto end = steady_clock::now() + kPatience;
  char part[4096];
  while (output.size() < kMostOutput) {
    const auto left = std::chrono::duration_cast<milliseconds>(end - steady_clock::now());
    pollfd ready{fd, POLLIN, 0};
    if (left.count() <= 0 || poll(&ready, 1, static_cast<int>(left.count())) == 0) return false;
    const ssize_t n = read(fd, part, sizeof part);
    if (n == 0) return true;
    if (n < 0 && errno != EINTR) return false;
    if (n > 0) output.append(part, static_cast<std::size_t>(n));
  }
  return false;
}

[[noreturn]] void fail(const std::string& program) {
  throw Failure(Exit::unavailable, "cannot run " + program + ": run it by hand to see why");
}

// Its environment is empty, and what it says goes to `output`, of which nobody else keeps a copy open.
pid_t spawn(std::vector<std::string> words, const Descriptor output) {
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  char* nothing[] = {nullptr};
  pid_t pid = 0;
  const Actions actions(output.get());
  if (posix_spawn(&pid, arguments[0], actions.get(), nullptr, arguments.data(), nothing) != 0) fail(words[0]);
  return pid;
}

}  // namespace

Heard run_program(const std::vector<std::string>& words) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) fail(words[0]);
  const Descriptor reader(ends[0]);
  const pid_t pid = spawn(words, Descriptor(ends[1]));
  Heard heard;
  const bool ended = hear(reader.get(), heard.output);
  if (!ended) kill(pid, SIGKILL);
  int status = 0;
  while (waitpid(pid, &status, 0) < 0)
    if (errno != EINTR) fail(words[0]);
  if (!ended) fail(words[0]);
  heard.exit = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return heard;
}

}  // namespace umbra
