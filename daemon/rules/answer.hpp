// What was typed, read once at the edge: from here on a code is a number and nothing keeps the string. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "common/protocol.hpp"
#include "common/secret.hpp"

namespace umbra {

inline constexpr std::size_t kBackupCodeSize = 8;  // letters and digits, without the hyphen

struct Answer {
  bool free_of_charge = false;        // nobody typed it: nothing but white space, or sshd's junk
  std::optional<std::uint32_t> code;  // six to eight digits
  unsigned digits = 0;
  SecretBytes<kBackupCodeSize> backup_code;  // upper case; empty where it cannot be one
};

// White space at both ends is trimmed. A backup code is compared upper-case; hyphens and spaces inside are ignored.
// Eight digits may be either; anything else (letters of other alphabets too) is a wrong answer that counts.
Answer parse_answer(std::string_view text) noexcept;

}  // namespace umbra
