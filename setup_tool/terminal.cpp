#include "setup_tool/terminal.hpp"

#include <fcntl.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <iterator>

#include "setup_tool/failure.hpp"

namespace umbra {
namespace {

// Those that end or stop the tool from the keyboard or from outside. SIGTTIN and SIGTTOU keep their own way: they stop
// a tool in the background before it changes or reads the terminal.
constexpr int kSignals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};

volatile sig_atomic_t noted_signal = 0;
void note_signal(int signal_number) { noted_signal = signal_number; }

// Holds the signals back; they are taken only inside ppoll(), so none slips through between check and wait.
class SignalWatch {
 public:
  SignalWatch() noexcept {
    sigset_t watched;
    sigemptyset(&watched);
    for (const int s : kSignals) sigaddset(&watched, s);
    sigprocmask(SIG_BLOCK, &watched, &old_mask_);
    noted_signal = 0;
    struct sigaction action = {};
    action.sa_handler = note_signal;
    for (std::size_t i = 0; i < std::size(kSignals); ++i) {
      sigaction(kSignals[i], &action, &old_[i]);
      // nohup and the like: what was ignored stays ignored.
      if (old_[i].sa_handler == SIG_IGN) sigaction(kSignals[i], &old_[i], nullptr);
    }
  }
  ~SignalWatch() {
    for (std::size_t i = 0; i < std::size(kSignals); ++i) sigaction(kSignals[i], &old_[i], nullptr);
    sigprocmask(SIG_SETMASK, &old_mask_, nullptr);
  }
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;
  [[nodiscard]] const sigset_t& outside_mask() const noexcept { return old_mask_; }

 private:
  sigset_t old_mask_;
  struct sigaction old_[std::size(kSignals)];
};

class EchoOff {
 public:
  explicit EchoOff(int fd) noexcept : fd_(fd), known_(tcgetattr(fd, &old_) == 0) {
    termios quiet = old_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO | ECHONL);
    off_ = known_ && tcsetattr(fd_, TCSAFLUSH, &quiet) == 0;
  }
  // With the flush what was typed of a code does not spill into the shell.
  ~EchoOff() {
    if (known_) tcsetattr(fd_, TCSAFLUSH, &old_);
  }
  EchoOff(const EchoOff&) = delete;
  EchoOff& operator=(const EchoOff&) = delete;
  [[nodiscard]] bool off() const noexcept { return off_; }

 private:
  int fd_;
  termios old_{};
  bool known_;
  bool off_ = false;
};

class Terminal {
 public:
  Terminal() noexcept : fd_(open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC)) {}
  ~Terminal() {
    if (fd_ >= 0) close(fd_);
  }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;
  [[nodiscard]] int fd() const noexcept { return fd_; }

 private:
  int fd_;
};

enum class Line { complete, end, interrupted };

// Byte by byte: what follows the line is left for whoever asks next.
Line read_line(int fd, const SignalWatch* watch, TypedAnswer& answer) {
  std::uint8_t typed[wire::kMaxAnswer];
  const WipeGuard guard(typed, sizeof typed);
  std::size_t size = 0;
  for (;;) {
    if (watch != nullptr) {
      pollfd ready{fd, POLLIN, 0};
      if (ppoll(&ready, 1, nullptr, &watch->outside_mask()) < 0 && errno != EINTR) return Line::end;
      if (noted_signal != 0) return Line::interrupted;
      if (ready.revents == 0) continue;
    }
    std::uint8_t byte = 0;
    const ssize_t got = read(fd, &byte, 1);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0 && size == 0) return Line::end;
    if (got <= 0 || byte == '\n') break;
    if (size < sizeof typed) typed[size] = byte;
    ++size;
  }
  if (size <= sizeof typed)
    answer.assign({typed, size});
  else
    answer.assign(
        {reinterpret_cast<const std::uint8_t*>(wire::kMalformedAnswer.data()), wire::kMalformedAnswer.size()});
  return Line::complete;
}

void show(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(fd, text.data(), text.size());
    if (written < 0 && errno != EINTR) return;  // the answer can be typed all the same
    if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
  }
}

Line ask_once(int tty, std::string_view prompt, TypedAnswer& answer) {
  const SignalWatch watch;
  const EchoOff echo(tty);
  if (!echo.off())
    throw Failure(Exit::usage, "the terminal does not let its echo be switched off: use --stdin instead");
  show(tty, prompt);
  const Line line = read_line(tty, &watch, answer);
  show(tty, "\n");
  return line;
}

}  // namespace

bool Asker::can_ask() const noexcept { return from_stdin_ || Terminal().fd() >= 0; }

bool Asker::ask(std::string_view prompt, TypedAnswer& answer) const {
  if (from_stdin_) return read_line(STDIN_FILENO, nullptr, answer) == Line::complete;
  const Terminal terminal;
  if (terminal.fd() < 0)
    throw Failure(Exit::usage, "no terminal to ask on: give the code as a word, or as a line with --stdin");
  for (;;) {
    const Line line = ask_once(terminal.fd(), prompt, answer);
    if (line != Line::interrupted) return line == Line::complete;
    static_cast<void>(raise(noted_signal));  // handlers and echo are as they were: this ends or stops the tool
  }
}

}  // namespace umbra
