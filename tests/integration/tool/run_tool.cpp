#include "tests/integration/tool/run_tool.hpp"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <system_error>
#include <thread>
#include <utility>

namespace umbra::test {
namespace {

constexpr int kPatienceMs = 10'000;
constexpr int kStopped = 256;

int checked(int result, const char* what) {
  if (result < 0) throw std::system_error(errno, std::generic_category(), what);
  return result;
}

struct Pipe {
  int end[2] = {-1, -1};
  Pipe() { checked(pipe2(end, O_CLOEXEC), "pipe2"); }
};

void handle(int signal_number, sighandler_t how) { static_cast<void>(std::signal(signal_number, how)); }

// For a fresh child: never returns.
[[noreturn]] void exec_tool(const Args& args, uid_t uid = 0) {
  // Whoever runs the tests in the background or under nohup ignores them, and the tool would keep that.
  for (const int signal_number : {SIGHUP, SIGINT, SIGQUIT, SIGTERM}) handle(signal_number, SIG_DFL);
  std::vector<char*> words;
  const char* const tool = std::getenv("UMBRA_TOTP");
  if (tool == nullptr) _exit(126);
  std::string name = tool;
  // By descriptor: another user need not be able to walk to the build folder.
  const int program = open(name.c_str(), O_PATH | O_CLOEXEC);
  if (uid != 0 && setresuid(uid, uid, uid) != 0) _exit(126);
  words.push_back(name.data());
  Args copy = args;
  for (auto& word : copy) words.push_back(word.data());
  words.push_back(nullptr);
  fexecve(program, words.data(), environ);
  _exit(127);
}

int exit_of(int status) {
  if (WIFSTOPPED(status)) return kStopped + WSTOPSIG(status);
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

void write_all(int fd, const std::string& text) {
  std::size_t at = 0;
  while (at < text.size()) {
    const ssize_t n = write(fd, text.data() + at, text.size() - at);
    if (n < 0) break;  // the tool reads no more
    at += static_cast<std::size_t>(n);
  }
}

void read_both(int out, std::string& out_text, int err, std::string& err_text) {
  pollfd fds[] = {{out, POLLIN, 0}, {err, POLLIN, 0}};
  std::string* const texts[] = {&out_text, &err_text};
  while (fds[0].fd >= 0 || fds[1].fd >= 0) {
    if (poll(fds, 2, -1) < 0) continue;
    for (int i = 0; i < 2; ++i) {
      if (fds[i].revents == 0) continue;
      char bytes[4096];
      const ssize_t n = read(fds[i].fd, bytes, sizeof bytes);
      if (n > 0)
        texts[i]->append(bytes, static_cast<std::size_t>(n));
      else
        fds[i].fd = -1;
    }
  }
}

}  // namespace

Outcome run_tool(const Args& args, const Streams& streams) {
  handle(SIGPIPE, SIG_IGN);
  Pipe in, out, err;
  const pid_t child = checked(fork(), "fork");
  if (child == 0) {
    handle(SIGPIPE, SIG_DFL);
    setsid();
    const int to = streams.out_file.empty() ? out.end[1] : open(streams.out_file.c_str(), O_WRONLY | O_CREAT, 0600);
    if (to < 0 || dup2(in.end[0], STDIN_FILENO) < 0 || dup2(to, STDOUT_FILENO) < 0) _exit(126);
    dup2(err.end[1], STDERR_FILENO);
    if (streams.close_out) close(STDOUT_FILENO);
    exec_tool(args, streams.uid);
  }
  close(in.end[0]);
  close(out.end[1]);
  close(err.end[1]);
  write_all(in.end[1], streams.in);
  close(in.end[1]);
  Outcome outcome;
  if (streams.reader_leaves) close(std::exchange(out.end[0], open("/dev/null", O_RDONLY | O_CLOEXEC)));
  read_both(out.end[0], outcome.out, err.end[0], outcome.err);
  close(out.end[0]);
  close(err.end[0]);
  int status = 0;
  checked(waitpid(child, &status, 0), "waitpid");
  outcome.exit = exit_of(status);
  return outcome;
}

ToolOnTerminal::ToolOnTerminal(const Args& args, const char* locale, uid_t uid) {
  handle(SIGPIPE, SIG_IGN);
  const Pipe report, orders;
  winsize size{};
  size.ws_row = 60;
  size.ws_col = 132;
  leader_ = checked(forkpty(&terminal_, nullptr, nullptr, &size), "forkpty");
  if (leader_ == 0) lead_session(args, locale, uid, report.end[1], orders.end[0]);
  close(report.end[1]);
  close(orders.end[0]);
  report_ = report.end[0];
  orders_ = orders.end[1];
  tool_ = wait();
}

ToolOnTerminal::~ToolOnTerminal() {
  if (tool_ > 0) kill(tool_, SIGKILL);  // its parent waits for it: the number is still its own
  close(orders_);
  close(terminal_);
  kill(leader_, SIGKILL);
  waitpid(leader_, nullptr, 0);
  close(report_);
}

// What a shell does: puts the tool into the foreground, tells what becomes of it, continues it on order. The tool's pid
// and then each change of it go through the report pipe as ints. It stays until it is killed, so that the terminal
// keeps its state.
void ToolOnTerminal::lead_session(const Args& args, const char* locale, uid_t uid, int report, int orders) {
  handle(SIGTTOU, SIG_IGN);
  setenv("LC_ALL", locale, 1);
  setenv("TERM", "xterm-256color", 1);
  const pid_t tool = fork();
  if (tool == 0) {
    setpgid(0, 0);
    tcsetpgrp(STDIN_FILENO, getpid());
    handle(SIGTTOU, SIG_DFL);
    handle(SIGPIPE, SIG_DFL);
    exec_tool(args, uid);
  }
  const auto tell = [report](int word) { return write(report, &word, sizeof word) == sizeof word; };
  int status = 0;
  char order = 0;
  for (bool more = tell(tool); more && waitpid(tool, &status, WUNTRACED) == tool;) {
    tcsetpgrp(STDIN_FILENO, getpgrp());
    more = tell(exit_of(status)) && WIFSTOPPED(status) && read(orders, &order, 1) == 1;
    if (!more) break;
    tcsetpgrp(STDIN_FILENO, tool);
    kill(tool, SIGCONT);
  }
  for (;;) pause();
}

bool ToolOnTerminal::read_some(int timeout_ms) {
  pollfd ready{terminal_, POLLIN, 0};
  if (poll(&ready, 1, timeout_ms) <= 0) return false;
  char bytes[4096];
  const ssize_t n = read(terminal_, bytes, sizeof bytes);
  if (n <= 0) return false;
  shown_.append(bytes, static_cast<std::size_t>(n));
  return true;
}

bool ToolOnTerminal::see(const std::string& text) {
  for (;;) {
    const std::size_t at = shown_.find(text, seen_);
    if (at != std::string::npos) {
      seen_ = at + text.size();
      return true;
    }
    if (!read_some(kPatienceMs)) return false;
  }
}

void ToolOnTerminal::type(const std::string& keys) const { write_all(terminal_, keys); }

// On Linux the master's end tells the terminal's settings.
bool ToolOnTerminal::echo() const {
  termios settings{};
  checked(tcgetattr(terminal_, &settings), "tcgetattr");
  return (settings.c_lflag & ECHO) != 0;
}

bool ToolOnTerminal::echo_becomes(bool wanted) const {
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(kPatienceMs);
  while (echo() != wanted) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

int ToolOnTerminal::wait() {
  int word = -1;
  pollfd ready{report_, POLLIN, 0};
  // What the tool shows is read meanwhile: it would block on a full terminal.
  for (int waited = 0; waited < kPatienceMs && poll(&ready, 1, 10) == 0; waited += 10) read_some(0);
  if (ready.revents == 0 || read(report_, &word, sizeof word) != sizeof word) return -1;
  while (read_some(0)) {
  }
  return word;
}

void ToolOnTerminal::resume() const { write_all(orders_, "c"); }

}  // namespace umbra::test
