#include "setup_tool/progress.hpp"

#include <unistd.h>

namespace umbra {
namespace {

constexpr std::size_t kFew = 100;
constexpr std::size_t kWidth = 40;

}  // namespace

Progress::Progress(std::size_t total) noexcept
    : err_(STDERR_FILENO), total_(total), wanted_(total > kFew && err_.surroundings().terminal) {}

void Progress::show(std::size_t done) {
  if (!wanted_) return;
  const std::size_t filled = kWidth * done / total_;
  const std::string text = "[" + std::string(filled, '#') + std::string(kWidth - filled, ' ') + "] " +
                           std::to_string(done) + " of " + std::to_string(total_);
  draw("\r" + text);
  shown_ = true;
}

void Progress::hide() noexcept {
  if (!shown_) return;
  draw("\r\x1b[K");
  shown_ = false;
}

// The work goes on without a bar.
void Progress::draw(std::string_view text) noexcept {
  try {
    err_.write(text);
  } catch (const OutputFailure&) {
    wanted_ = false;
  }
}

}  // namespace umbra
