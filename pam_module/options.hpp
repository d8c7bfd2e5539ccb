// The words behind the module's name in a PAM stack; ruled by pam_umbra_totp(8). Pure: no libpam, no heap.
#pragma once

#include <cstdint>

namespace umbra {

enum class FirstPass : std::uint8_t { no, attempt, only };
// What a line is for: the code itself, or the lockout that it shares with the password.
enum class Role : std::uint8_t { code, preauth, authfail };
enum class Logging : std::uint8_t { quiet, normal, debug };

struct Options {
  bool nullok = false;
  bool after_password = false;
  bool echo = false;
  bool forward_pass = false;
  bool no_enrol = false;
  Role role = Role::code;
  FirstPass first_pass = FirstPass::no;
  Logging logging = Logging::normal;
  const char* socket = nullptr;  // null: the built-in path
  int timeout_ms = 5000;
  char prompt[512] = {};  // as long as PAM_MAX_MSG_SIZE, some programs cut more; empty: question() has a default

  [[nodiscard]] const char* question() const noexcept;
};

// Reads all words into `options`, whose socket points into them. The first word that is unknown or malformed comes
// back, null where all are well. Of words that contradict each other the last one counts; a second role is malformed.
const char* parse_options(int argc, const char* const* argv, Options& options) noexcept;

}  // namespace umbra
