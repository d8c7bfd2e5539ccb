// When failures lock a user: one state shared by passwords and codes; ruled by ARCHITECTURE.md, "Lockout". Pure.
//
// Times are unix seconds of Clock::steady(), which does not follow steps of the wall clock while the daemon runs.
#pragma once

#include <array>
#include <cstdint>

namespace umbra {

struct LockoutPolicy {
  unsigned failures = 5;                        // within fail_interval; 1 to LockoutState::kMaxRecent
  std::int64_t fail_interval = 15 * 60;         // seconds
  std::int64_t unlock_time = 30 * 60;           // seconds, doubled with each further lock ...
  std::int64_t max_unlock_time = 24 * 60 * 60;  // ... up to this
  unsigned consecutive_limit = 100;             // without a success between: suspended; 0: never
  unsigned monthly_limit = 100;                 // in 30 days, successes or not; 0: no limit
  unsigned warn_at = 3;                         // attempts left that are worth a word
  bool even_deny_root = false;
  std::int64_t root_unlock_time = 60;  // seconds

  static LockoutPolicy default_preset() noexcept { return {}; }
  static LockoutPolicy pci() noexcept;   // PCI DSS 4.0 8.3.4: 10 attempts, 30 minutes
  static LockoutPolicy cis() noexcept;   // CIS Debian 12 5.3.3.1: 5 attempts, 15 minutes
  static LockoutPolicy stig() noexcept;  // DISA STIG: 3 attempts in 15 minutes, until an administrator unlocks
};

// A lock that only an administrator ends.
inline constexpr std::int64_t kForever = 100LL * 365 * 24 * 60 * 60;

struct LockoutState {
  static constexpr std::size_t kMaxRecent = 16;
  static constexpr std::size_t kBudgetDays = 30;

  std::array<std::int64_t, kMaxRecent> recent{};  // times of failures that may still lock, oldest first
  std::uint8_t recent_count = 0;
  std::int64_t locked_since = 0, locked_until = 0;  // until 0: not locked
  std::uint8_t locks = 0;                           // locks since the last completed login: doubles the next
  std::uint32_t consecutive = 0;
  std::uint64_t charged = 0;                       // failures ever charged: orders a reset against later failures
  std::int64_t budget_day = 0;                     // day number of budget[0]
  std::array<std::uint8_t, kBudgetDays> budget{};  // failures per day, newest first

  bool operator==(const LockoutState&) const = default;
};

enum class Gate : std::uint8_t { open, locked, suspended };

namespace lockout {

// Brings a state up to `now`: ends a lock that has run out, forgets failures that no longer count, turns the
// budget's days. A lock from a clock that was ahead starts again now, at its own length and no longer.
void settle(LockoutState& state, const LockoutPolicy& policy, std::int64_t now) noexcept;

// What a settled state allows. Root's lock counts only with even_deny_root.
Gate gate(const LockoutState& state, const LockoutPolicy& policy, bool root) noexcept;

// One failure, on a settled state that is not locked; locks where that was one too many.
void charge(LockoutState& state, const LockoutPolicy& policy, std::int64_t now, bool root) noexcept;

// Failures that are left before the next lock.
unsigned attempts_left(const LockoutState& state, const LockoutPolicy& policy) noexcept;

// A completed login forgets what was charged before its code was accepted (`charged_then`), and only where
// nothing was charged since; the budget stays. True where there was anything to forget.
bool complete(LockoutState& state, std::uint64_t charged_then) noexcept;

// The administrator's unlock: lock, suspension and budget.
void unlock(LockoutState& state) noexcept;

// What is true of either: two states of one user, one of them older.
LockoutState stricter(LockoutState a, LockoutState b) noexcept;

unsigned budget_used(const LockoutState& state) noexcept;

}  // namespace lockout
}  // namespace umbra
