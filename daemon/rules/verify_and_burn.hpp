// The only path to "this code matches": window, replay, lockout and charge in one step on one record. Pure.
//
// It runs inside a store mutation, so that check, burn and charge are atomic; ruled by ARCHITECTURE.md, "One login".
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "daemon/rules/answer.hpp"
#include "daemon/rules/record.hpp"

namespace umbra {

struct Rules {
  LockoutPolicy lockout;
  unsigned window = 1;        // steps to either side
  bool strict_order = false;  // refuse a step below one that was accepted
};

// One answer to one challenge, with its time: a mutation may run twice and must then say the same.
struct Attempt {
  Answer answer;
  wire::RequestId id;
  Purpose purpose = Purpose::login;
  std::int64_t wall = 0;    // unix seconds: selects the time step
  std::int64_t steady = 0;  // unix seconds of Clock::steady: lockout
  bool allow_backup_code = true;
};

enum class Verdict : std::uint8_t { refused, accepted, hash_backup_code };

struct Decision {
  Verdict verdict = Verdict::refused;
  wire::Reason reason = wire::Reason::unspecified;
  std::optional<std::uint64_t> step;  // the lowest step that was burnt
  unsigned attempts_left = 0;
  bool locked = false;
  std::uint64_t charged = 0;  // failures charged so far: `complete` resets no later ones
  BackupSet backup;           // where verdict is hash_backup_code: what the slow lane compares with
};

// Judges `attempt` against `credential`, whose spent steps are `window`; both belong to `record`. Burns, charges or
// reserves before it returns.
Decision verify_and_burn(Record& record, const Credential& credential, ReplayWindow& window, const Attempt& attempt,
                         const Rules& rules);

// The verdict of an attempt that was accepted and not heard of, asked again with the same id, purpose and code within
// kRetryLife; a refusal where the id is the same and the code is not. Nothing where the id is new.
inline constexpr std::int64_t kRetryLife = 60;  // seconds: as long as a caller can wait for an answer
std::optional<Decision> asked_again(const Record& record, const Credential& credential, const Attempt& attempt,
                                    const Rules& rules);

// The end of a reservation whose code could not be hashed: nothing was learnt, so nothing is charged.
void abandon_backup_code(Record& record, const Attempt& attempt);

// The end of a reservation: `match` is the index of the code whose hash was equal, in the set with `salt`.
Decision settle_backup_code(Record& record, const Attempt& attempt, const Rules& rules, Bytes salt,
                            std::optional<std::size_t> match);

}  // namespace umbra
