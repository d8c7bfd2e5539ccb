// Fresh backup codes: random text for the user, salted Argon2id hashes for the record.
#pragma once

#include <optional>
#include <string>

#include "common/secret.hpp"
#include "daemon/rules/record.hpp"

namespace umbra {

struct FreshBackupCodes {
  BackupSet set;
  SecretBytes<wire::kMaxBackupText> text;  // XXXX-XXXX, one a line
};

// `count` codes of eight letters and digits under one new salt; each costs an Argon2 hash (about 20 ms). Nothing where
// memory ran out. `now`: unix seconds.
std::optional<FreshBackupCodes> make_backup_codes(unsigned count, std::int64_t now);

}  // namespace umbra
