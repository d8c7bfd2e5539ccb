// Asks for codes and passwords: without echo on the controlling terminal, or one a line from standard input; ruled by
// umbra-totp(1).
#pragma once

#include <string_view>

#include "common/protocol.hpp"
#include "common/secret.hpp"

namespace umbra {

// What was typed, without its line break: it is read into its place, at most Capacity bytes, and wiped there.
template <std::size_t Capacity>
class TypedLine {
 public:
  TypedLine() noexcept { bytes_.resize(Capacity); }

  [[nodiscard]] std::string_view text() const noexcept {
    return {reinterpret_cast<const char*>(bytes_.view().data()), size_};
  }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }

  // At most Capacity bytes.
  void assign(std::string_view text) noexcept {
    if (!text.empty()) std::memcpy(bytes_.room().data(), text.data(), text.size());
    size_ = text.size();
  }
  // To fill: the first `size` bytes of room() are the text.
  [[nodiscard]] std::span<std::uint8_t> room() noexcept { return bytes_.room(); }
  void keep(std::size_t size) noexcept { size_ = size; }

 private:
  SecretBytes<Capacity> bytes_;
  std::size_t size_ = 0;
};

using TypedAnswer = TypedLine<wire::kMaxAnswer>;
using TypedPassword = TypedLine<wire::kMaxPassword>;

enum class Asked : std::uint8_t {
  line,
  too_long,  // read to its end, and nothing of it kept
  end,       // the input ended
};

// Echo is off from before the prompt shows until the answer is there, and back on before a SIGINT, SIGTERM, SIGHUP,
// SIGQUIT or SIGTSTP takes effect; after a stop the question is asked anew.
class Asker {
 public:
  // from_stdin: no prompt is shown and no terminal is touched.
  explicit Asker(bool from_stdin) noexcept : from_stdin_(from_stdin) {}

  // False where there is neither --stdin nor a controlling terminal.
  [[nodiscard]] bool can_ask() const noexcept;

  // A code; one that is too long becomes wire::kMalformedAnswer. False at the end of the input. Throws Failure where
  // there is nothing to ask on.
  bool ask(std::string_view prompt, TypedAnswer& answer) const;

  // Throws Failure where there is nothing to ask on.
  Asked ask_password(std::string_view prompt, TypedPassword& password) const;

 private:
  Asked ask_into(std::string_view prompt, std::span<std::uint8_t> room, std::size_t& size) const;

  bool from_stdin_;
};

}  // namespace umbra
