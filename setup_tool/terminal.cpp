#include "setup_tool/terminal.hpp"

#include <fcntl.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <iterator>
#include <optional>

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

// Nothing: a signal came, and the line counts for nothing.
using MaybeAsked = std::optional<Asked>;

// Byte by byte: what follows the line is left for whoever asks next.
MaybeAsked read_line(int fd, const SignalWatch* watch, std::span<std::uint8_t> room, std::size_t& size) {
  bool fits = true;
  for (size = 0;;) {
    if (watch != nullptr) {
      pollfd ready{fd, POLLIN, 0};
      if (ppoll(&ready, 1, nullptr, &watch->outside_mask()) < 0 && errno != EINTR) return Asked::end;
      if (noted_signal != 0) return std::nullopt;
      if (ready.revents == 0) continue;
    }
    std::uint8_t byte = 0;
    const WipeGuard guard(&byte, sizeof byte);
    const ssize_t got = read(fd, &byte, 1);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0 && size == 0) return Asked::end;
    if (got <= 0 || byte == '\n') return fits ? Asked::line : Asked::too_long;
    fits = size < room.size();
    if (fits) room[size++] = byte;
  }
}

void show(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(fd, text.data(), text.size());
    if (written < 0 && errno != EINTR) return;  // the answer can be typed all the same
    if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
  }
}

MaybeAsked ask_once(int tty, std::string_view prompt, std::span<std::uint8_t> room, std::size_t& size) {
  const SignalWatch watch;
  const EchoOff echo(tty);
  if (!echo.off())
    throw Failure(Exit::usage, "the terminal does not let its echo be switched off: use --stdin instead");
  show(tty, prompt);
  const MaybeAsked asked = read_line(tty, &watch, room, size);
  show(tty, "\n");
  return asked;
}

}  // namespace

bool Asker::can_ask() const noexcept { return from_stdin_ || Terminal().fd() >= 0; }

Asked Asker::ask_into(std::string_view prompt, std::span<std::uint8_t> room, std::size_t& size) const {
  if (from_stdin_) return *read_line(STDIN_FILENO, nullptr, room, size);
  const Terminal terminal;
  if (terminal.fd() < 0)
    throw Failure(
        Exit::usage,
        "no terminal to ask on: answer with --stdin, one a line, or give verify and confirm the code as a word");
  for (;;) {
    if (const MaybeAsked asked = ask_once(terminal.fd(), prompt, room, size)) return *asked;
    static_cast<void>(raise(noted_signal));  // handlers and echo are as they were: this ends or stops the tool
  }
}

bool Asker::ask(std::string_view prompt, TypedAnswer& answer) const {
  std::size_t size = 0;
  const Asked asked = ask_into(prompt, answer.room(), size);
  answer.keep(size);
  if (asked == Asked::too_long) answer.assign(wire::kMalformedAnswer);
  return asked != Asked::end;
}

Asked Asker::ask_password(std::string_view prompt, TypedPassword& password) const {
  std::size_t size = 0;
  const Asked asked = ask_into(prompt, password.room(), size);
  password.keep(asked == Asked::line ? size : 0);
  return asked;
}

}  // namespace umbra
