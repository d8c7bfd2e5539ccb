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

// The last two: nothing is decided yet, and one attempt is reserved until the matching settle or abandon.
enum class Verdict : std::uint8_t { refused, accepted, hash_backup_code, check_password };

// What the slow lane compares a backup code with.
struct Hashes {
  BackupSet backup;
  std::optional<BypassCode> bypass;
};

struct Decision {
  Verdict verdict = Verdict::refused;
  wire::Reason reason = wire::Reason::unspecified;
  std::optional<std::uint64_t> step;  // the lowest step that was burnt
  unsigned attempts_left = 0;
  bool locked = false;
  bool counts = false;        // a guess that counts where it came from: charged, or a replay
  std::uint64_t charged = 0;  // failures charged so far: `complete` resets no later ones
  Hashes hashes;              // where verdict is hash_backup_code
};

// Judges `attempt` against all devices of `record`, which has one. Burns, charges or reserves before it returns.
Decision verify_and_burn(Record& record, const Attempt& attempt, const Rules& rules);
// The same against one `credential` alone, whose spent steps are `window`: a device that is not live yet.
Decision verify_and_burn(Record& record, const Credential& credential, ReplayWindow& window, const Attempt& attempt,
                         const Rules& rules);

// The verdict of an attempt that was accepted and not heard of, asked again with the same id, purpose and code within
// kRetryLife; a refusal where the id is the same and the code is not. Nothing where the id is new.
inline constexpr std::int64_t kRetryLife = 60;  // seconds: as long as a caller can wait for an answer
std::optional<Decision> asked_again(Record& record, const Attempt& attempt, const Rules& rules);

// The end of a reservation whose code could not be hashed, or whose password could not be checked: nothing was learnt,
// so nothing is charged.
void abandon(Record& record, const Attempt& attempt);

// The end of a reservation: `match` is the hash that was equal, nothing where none was.
Decision settle_backup_code(Record& record, const Attempt& attempt, const Rules& rules,
                            const std::optional<BackupHash>& match);

// What has run out by now: a lock, a bypass code, reservations (each a failure).
void settle_expired(Record& record, const Attempt& now, const Rules& rules);

// One wrong password, told by the module: charged like a wrong code. `typed`: somebody typed it.
Decision charge_password(Record& record, const Attempt& attempt, const Rules& rules, bool typed);

// A password that is going to be checked here counts while that lasts, like a backup code: check_password, or refused.
Decision reserve_password(Record& record, const Attempt& attempt, const Rules& rules);
// Its end. accepted: the password was right; nothing is reset and nothing burnt, the code is still to come.
Decision settle_password(Record& record, const Attempt& attempt, const Rules& rules, bool right);

}  // namespace umbra
