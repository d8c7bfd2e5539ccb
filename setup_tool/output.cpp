#include "setup_tool/output.hpp"

#include <langinfo.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace umbra {

OutputFailure::OutputFailure(int error)
    : Failure(Exit::refused, std::string("cannot write to standard output (") + std::strerror(error) +
                                 "): make room or choose another place, then repeat"),
      error_(error) {}

bool OutputFailure::reader_left() const noexcept { return error_ == EPIPE; }

void Output::write(std::string_view text) const {
  while (!text.empty()) {
    const ssize_t written = ::write(fd_, text.data(), text.size());
    if (written >= 0)
      text.remove_prefix(static_cast<std::size_t>(written));
    else if (errno != EINTR)
      throw OutputFailure(errno);
  }
}

void Output::write(std::string_view text, const std::string& consequence) const {
  try {
    write(text);
  } catch (const OutputFailure& failure) {
    throw Failure(failure.exit(), std::string(failure.what()) + "; " + consequence);
  }
}

// Asked for nothing, poll() tells errors and hang-ups alone.
bool Output::reader_leaves_within(int timeout_ms) const noexcept {
  pollfd reader{fd_, 0, 0};
  return poll(&reader, 1, timeout_ms) > 0;
}

Surroundings Output::surroundings() const noexcept {
  Surroundings here;
  here.terminal = isatty(fd_) == 1;
  here.utf8 = std::strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
  const char* const term = std::getenv("TERM");
  here.colours = here.terminal && term != nullptr && *term != '\0' && std::strcmp(term, "dumb") != 0;
  winsize size{};
  if (here.terminal && ioctl(fd_, TIOCGWINSZ, &size) == 0) here.columns = size.ws_col;
  return here;
}

}  // namespace umbra
