// A bar on standard error for work on many users, where somebody watches.
#pragma once

#include <cstddef>

#include "setup_tool/output.hpp"

namespace umbra {

class Progress {
 public:
  // Nothing is ever shown where `total` is small or standard error is no terminal.
  explicit Progress(std::size_t total) noexcept;
  ~Progress() { hide(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // `done` of the total.
  void show(std::size_t done);
  // Makes room for a line, which may go to the same terminal.
  void hide() noexcept;

 private:
  void draw(std::string_view text) noexcept;

  Output err_;
  std::size_t total_;
  bool wanted_;
  bool shown_ = false;
};

}  // namespace umbra
