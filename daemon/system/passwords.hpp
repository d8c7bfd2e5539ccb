// Is this a user's password? Asked of a process of its own that has no key and knows PAM; ruled by ARCHITECTURE.md,
// "The password helper".
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace umbra {

enum class PasswordVerdict : std::uint8_t { right, wrong, unavailable };

class Passwords {
 public:
  virtual ~Passwords() = default;
  // Blocks: a hash of 20 ms and more, or a directory service. On any thread, several at once.
  [[nodiscard]] virtual PasswordVerdict check(const std::string& user, std::string_view password) const = 0;
};

// Runs `program` once for each question: the name, a zero byte and the password come on its standard input, the answer
// is its exit status. It gets no arguments, no environment and no descriptor of ours, and ten seconds (`patience`: for
// tests).
class HelperPasswords final : public Passwords {
 public:
  explicit HelperPasswords(std::string program, std::chrono::milliseconds patience = std::chrono::seconds(10))
      : program_(std::move(program)), patience_(patience) {}
  [[nodiscard]] PasswordVerdict check(const std::string& user, std::string_view password) const override;

 private:
  std::string program_;
  std::chrono::milliseconds patience_;
};

}  // namespace umbra
