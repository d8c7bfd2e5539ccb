// What may not come back with older records: spent codes, backup codes, locks that ended; ruled by ARCHITECTURE.md,
// "Backup and restore". Pure.
#pragma once

#include <cstdint>

#include "daemon/rules/record.hpp"

namespace umbra {

// Its generation moves whenever records may be older than what was answered: a restore, a database put back by hand.
struct Epoch {
  std::uint64_t generation = 0;
  std::int64_t floor = 0;        // unix seconds: up to then codes were accepted that no older record knows of
  std::uint8_t window = 0;       // steps on each side that were accepted then
  std::uint64_t codes_from = 0;  // backup codes in records from generations before this one are dead

  bool operator==(const Epoch&) const = default;
};

// Brings a record of an older generation up to date: every step that may have been accepted until the floor is burnt,
// what was in flight is forgotten, a bypass code is dead. A pending credential stays: it lets nobody in.
void catch_up(Record& record, const Epoch& epoch);

// `copy` as it may come back where `present` (none: null) is what is known of that user now: no code that is used now
// is unused again, no failure is forgotten. Backup codes that the present record does not know die, since nobody can
// tell whether they were used; `keep_codes`: an administrator can. True where unused backup codes died. Once more with
// a later `present` it takes nothing back.
bool merge_back(Record& copy, const Record* present, bool keep_codes, std::int64_t wall);

}  // namespace umbra
