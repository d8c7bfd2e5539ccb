// One imported credential: read from its message, and taken into a record, for a dry run and for good alike; ruled by
// ARCHITECTURE.md, "Import and export".
#pragma once

#include <optional>
#include <vector>

#include "common/import_messages.hpp"
#include "daemon/rules/answer.hpp"
#include "daemon/rules/record.hpp"
#include "daemon/system/names.hpp"

namespace umbra {

struct ImportWish {
  Account account;
  std::optional<Credential> credential;
  bool enabled = true, enforced = false, further = false;
  std::vector<std::uint64_t> used;  // steps
  std::uint64_t last_used = 0;      // as the file says; those that were found about it may lie later
  BackupSet codes;
  std::vector<SecretBytes<kBackupCodeSize>> scratch;  // still to be hashed
};

// Nothing where the item says what no record can keep. The account is not looked at.
std::optional<ImportWish> wish_of(const wire::ImportItem& item);

// Runs in a mutation, or for a dry run on a copy; the record is changed where the outcome is imported. Codes that were
// used here stay used: under --replace too, since an older file must not open them again. `now`: unix seconds.
wire::ImportOutcome take_import(std::optional<Record>& stored, const ImportWish& wish, bool replace, std::int64_t now);

}  // namespace umbra
