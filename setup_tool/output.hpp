// Standard output with every write checked: a secret that did not arrive must not pass for shown.
#pragma once

#include <string_view>

#include "setup_tool/failure.hpp"
#include "setup_tool/qr_text.hpp"

namespace umbra {

class OutputFailure : public Failure {
 public:
  explicit OutputFailure(int error);
  // The reader had enough (head, less): no fault of anybody.
  [[nodiscard]] bool reader_left() const noexcept;

 private:
  int error_;
};

class Output {
 public:
  explicit Output(int fd) noexcept : fd_(fd) {}

  // Unbuffered and whole; throws OutputFailure.
  void write(std::string_view text) const;
  // The same, where something was done before: a failure's line ends with `consequence`.
  void write(std::string_view text, const std::string& consequence) const;
  // Waits `timeout_ms` milliseconds; true at once where nobody reads any more (a closed pipe, a lost terminal).
  [[nodiscard]] bool reader_leaves_within(int timeout_ms) const noexcept;
  [[nodiscard]] Surroundings surroundings() const noexcept;

 private:
  int fd_;
};

}  // namespace umbra
