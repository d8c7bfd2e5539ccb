// Where the daemon's lines go: the journal with fields where systemd started it, else standard error; ruled by
// umbra-totpd(8), "LOG". Safe on every thread; takes nothing from the heap.
#pragma once

#include <syslog.h>

#include <string_view>

namespace umbra {

// One decision. An empty field is left out. Never a code, a secret or a key.
struct Event {
  int priority = LOG_INFO;  // syslog(3)
  std::string_view event, user, service, source, verdict, reason;
};

class Log {
 public:
  Log() noexcept;

  void note(int priority, std::string_view line) const noexcept;
  void write(const Event& event) const noexcept;

 private:
  bool journal_;
  bool to_file_;  // which never lets anybody wait for a reader
};

}  // namespace umbra
