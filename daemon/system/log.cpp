#include "daemon/system/log.hpp"

#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <span>

#include "daemon/system/line.hpp"
#include "daemon/system/systemd.hpp"

namespace umbra {
namespace {

constexpr std::string_view kProgram = "umbra-totpd";
constexpr std::size_t kMaxNote = 2048, kMaxField = 512;  // bytes, escaped
constexpr int kPatience = 100;                           // milliseconds that a full pipe may hold a caller up

struct Field {
  std::string_view key, journal_key, value;
};

// A line of at most PIPE_BUF bytes goes out whole or not at all, whoever else writes to the pipe. A reader that has
// gone to sleep must not hold logins up: its line is lost.
void to_stderr(std::string_view line, bool to_file) noexcept {
  std::array<char, PIPE_BUF> room;
  LineWriter out(std::span<char>(room).first(room.size() - 1));
  out.plain(kProgram);
  out.plain(": ");
  out.plain(line);
  const std::size_t size = out.size() + 1;
  room[size - 1] = '\n';
  pollfd ready{STDERR_FILENO, POLLOUT, 0};
  if (!to_file && poll(&ready, 1, kPatience) != 1) return;
  while (::write(STDERR_FILENO, room.data(), size) < 0 && errno == EINTR) {
  }
}

bool is_file(int fd) noexcept {
  struct stat status{};
  return fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
}

void to_journal(int priority, std::string_view line, std::span<const Field> fields) noexcept {
  std::array<char, 8192> room;
  std::array<iovec, 9> entry;
  LineWriter out(room);
  std::size_t count = 0;
  const auto add = [&](std::string_view key, std::string_view value, std::size_t limit) {
    const std::size_t start = out.size();
    out.plain(key);
    out.escaped(value, limit);
    entry[count++] = {room.data() + start, out.size() - start};
  };
  const char digit = static_cast<char>('0' + LOG_PRI(priority));
  add("MESSAGE=", line, PIPE_BUF);
  add("PRIORITY=", {&digit, 1}, 3);
  add("SYSLOG_IDENTIFIER=", kProgram, kMaxField);
  for (const Field& field : fields)
    if (!field.value.empty()) add(field.journal_key, field.value, kMaxField);
  if (!systemd::journal(std::span<const iovec>(entry).first(count))) to_stderr(line, false);
}

}  // namespace

Log::Log() noexcept : journal_(systemd::stderr_is_journal()), to_file_(is_file(STDERR_FILENO)) {}

void Log::note(int priority, std::string_view line) const noexcept {
  std::array<char, kMaxNote> room;
  LineWriter out(room);
  out.escaped(line, room.size());
  journal_ ? to_journal(priority, out.view(), {}) : to_stderr(out.view(), to_file_);
}

void Log::write(const Event& event) const noexcept {
  const std::array<Field, 6> fields{{
      {"event=", "UMBRA_EVENT=", event.event},
      {"user=", "UMBRA_USER=", event.user},
      {"service=", "UMBRA_SERVICE=", event.service},
      {"source=", "UMBRA_SOURCE=", event.source},
      {"verdict=", "UMBRA_VERDICT=", event.verdict},
      {"reason=", "UMBRA_REASON=", event.reason},
  }};
  std::array<char, PIPE_BUF - 64> room;
  LineWriter out(room);
  for (const Field& field : fields) {
    if (field.value.empty()) continue;
    if (out.size() != 0) out.plain(" ");
    out.plain(field.key);
    out.value(field.value, kMaxField);
  }
  journal_ ? to_journal(event.priority, out.view(), fields) : to_stderr(out.view(), to_file_);
}

}  // namespace umbra
