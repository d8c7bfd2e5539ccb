// Asks for codes: without echo on the controlling terminal, or one a line from standard input; ruled by umbra-totp(1).
#pragma once

#include <string_view>

#include "common/protocol.hpp"
#include "common/secret.hpp"

namespace umbra {

// What was typed, without its line break. What is longer becomes wire::kMalformedAnswer.
using TypedAnswer = SecretBytes<wire::kMaxAnswer>;

inline std::string_view text_of(const TypedAnswer& answer) noexcept {
  return {reinterpret_cast<const char*>(answer.view().data()), answer.size()};
}

class Asker {
 public:
  // from_stdin: no prompt is shown and no terminal is touched.
  explicit Asker(bool from_stdin) noexcept : from_stdin_(from_stdin) {}

  // False where there is neither --stdin nor a controlling terminal.
  [[nodiscard]] bool can_ask() const noexcept;

  // False at the end of the input. Echo is off from before the prompt shows until the answer is there, and back on
  // before a SIGINT, SIGTERM, SIGHUP, SIGQUIT or SIGTSTP takes effect; after a stop the question is asked anew.
  // Throws Failure where there is nothing to ask on.
  bool ask(std::string_view prompt, TypedAnswer& answer) const;

 private:
  bool from_stdin_;
};

}  // namespace umbra
