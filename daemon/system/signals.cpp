#include "daemon/system/signals.hpp"

#include <pthread.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <csignal>
#include <stdexcept>

namespace umbra {

int signals_to_read(std::initializer_list<int> signals) {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : signals) sigaddset(&set, signal);
  const int descriptor =
      pthread_sigmask(SIG_BLOCK, &set, nullptr) == 0 ? signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC) : -1;
  if (descriptor < 0) throw std::runtime_error("cannot wait for signals: the machine has no descriptor or memory left");
  return descriptor;
}

std::optional<int> next_signal(int descriptor) noexcept {
  signalfd_siginfo info{};
  if (read(descriptor, &info, sizeof info) != static_cast<ssize_t>(sizeof info)) return std::nullopt;
  return static_cast<int>(info.ssi_signo);
}

}  // namespace umbra
