// Fresh backup codes: random text for the user, salted Argon2id hashes for the record.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "common/secret.hpp"
#include "daemon/rules/answer.hpp"
#include "daemon/rules/record.hpp"

namespace umbra {

struct FreshBackupCodes {
  BackupSet set;
  SecretBytes<wire::kMaxBackupText> text;  // XXXX-XXXX, one a line
};

inline std::string_view text(const FreshBackupCodes& codes) noexcept {
  return {reinterpret_cast<const char*>(codes.text.view().data()), codes.text.size()};
}

// One code of eight letters and digits, at least one letter, so that it is never taken for a code of eight digits.
using BackupCodeText = char[kBackupCodeSize];
void draw_backup_code(BackupCodeText& code) noexcept;
// The same as it is shown: XXXX-XXXX.
inline constexpr std::size_t kShownBackupCode = kBackupCodeSize + 1;
void show_backup_code(const BackupCodeText& code, std::span<std::uint8_t, kShownBackupCode> out) noexcept;

// `count` codes of eight letters and digits under one new salt; each costs an Argon2 hash (about 20 ms). Nothing where
// memory ran out. `now`: unix seconds.
std::optional<FreshBackupCodes> make_backup_codes(unsigned count, std::int64_t now);

}  // namespace umbra
