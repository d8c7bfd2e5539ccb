#include "daemon/rules/verify_and_burn.hpp"

#include <algorithm>

#include "daemon/rules/totp.hpp"

namespace umbra {
namespace {

bool is_root(const Record& record) noexcept { return record.uid == 0; }

Decision refuse(const Record& record, const Rules& rules, wire::Reason reason) {
  Decision decision;
  decision.reason = reason;
  decision.attempts_left = lockout::attempts_left(record.lockout, rules.lockout);
  decision.locked = lockout::gate(record.lockout, rules.lockout, is_root(record)) != Gate::open;
  return decision;
}

Decision charge(Record& record, const Attempt& attempt, const Rules& rules, wire::Reason reason) {
  lockout::charge(record.lockout, rules.lockout, attempt.steady, is_root(record));
  Decision decision = refuse(record, rules, reason);
  decision.counts = true;
  return decision;
}

// Who replays knows no secret, but neither did he guess: logged, and counted only where it came from.
Decision replay(const Record& record, const Rules& rules) {
  Decision decision = refuse(record, rules, wire::Reason::replayed);
  decision.counts = true;
  return decision;
}

Decision accepted(std::optional<std::uint64_t> step, std::uint64_t charged) {
  Decision decision;
  decision.verdict = Verdict::accepted;
  decision.step = step;
  decision.charged = charged;
  return decision;
}

// A clock that went back makes nothing recent again.
bool is_recent(const Acceptance& acceptance, const Attempt& attempt) noexcept {
  return attempt.wall >= acceptance.at && attempt.wall - acceptance.at <= kRetryLife;
}

Decision accept(Record& record, const Attempt& attempt, std::optional<std::uint64_t> step) {
  std::erase_if(record.acceptances, [&](const Acceptance& a) { return !is_recent(a, attempt); });
  if (record.acceptances.size() == kMaxAcceptances) record.acceptances.erase(record.acceptances.begin());
  record.acceptances.push_back({attempt.id, attempt.purpose, step.value_or(0), attempt.wall, record.lockout.charged});
  return accepted(step, record.lockout.charged);
}

// Reservations that a crash left behind become the failures they may have been; a bypass code dies.
void settle(Record& record, const Attempt& attempt, const Rules& rules) {
  lockout::settle(record.lockout, rules.lockout, attempt.steady);
  const auto stale = std::erase_if(record.reservations, [&](const Reservation& r) {
    return r.since + kReservationLife < attempt.steady || r.since > attempt.steady;
  });
  for (std::size_t i = 0; i < stale; ++i)
    lockout::charge(record.lockout, rules.lockout, attempt.steady, is_root(record));
  if (record.bypass && !record.bypass->live(attempt.steady)) record.bypass.reset();
}

struct Matches {
  std::uint64_t lowest = 0;
  bool any = false;   // some step of the window has this code
  bool open = false;  // at least one such step was not spent
};

// RFC 6238 §5.2: "We RECOMMEND that at most one time step is allowed as the network delay." and RFC 4226 §7.2 for the
// comparison. Every step of the window is computed and compared, whatever matched before it, so that the time tells
// nothing. All steps with this code are spent with it: they are one code to whoever typed it.
Matches match_and_spend(const Credential& credential, ReplayWindow& window, const Attempt& attempt,
                        const Rules& rules) {
  const std::uint64_t now = time_step(attempt.wall, credential.period);
  const std::uint64_t first = now > rules.window ? now - rules.window : 0;
  const ReplayWindow before = window;
  const Hotp hotp(credential.algorithm, credential.secret.view(), credential.digits);
  Matches matches;
  for (std::uint64_t step = now + rules.window + 1; step-- > first;) {
    const std::uint32_t difference = hotp(step) ^ *attempt.answer.code;
    const bool equal = ((difference | (0U - difference)) >> 31) == 0;
    if (!equal) continue;
    matches.any = true;
    matches.lowest = step;
    const bool out_of_order = rules.strict_order && before.mask != 0 && step < before.highest;
    if (!before.spent(step) && !out_of_order) matches.open = true;
    window.spend(step);
  }
  return matches;
}

Decision judge_code(Record& record, const Credential& credential, ReplayWindow& window, const Attempt& attempt,
                    const Rules& rules) {
  const Matches matches = match_and_spend(credential, window, attempt, rules);
  if (matches.open) return accept(record, attempt, matches.lowest);
  if (matches.any) return replay(record, rules);
  return charge(record, attempt, rules, wire::Reason::wrong_code);
}

// What takes long must not hold the writer: the attempt is reserved now, looked at elsewhere, settled then. Reserved
// attempts count against the limit, so that parallel guesses are never more than it allows; a reservation never locks.
bool reserve(Record& record, const Attempt& attempt, const Rules& rules) {
  const bool full = record.reservations.size() >= kMaxReservations ||
                    record.reservations.size() >= std::max(1U, lockout::attempts_left(record.lockout, rules.lockout));
  if (!full) record.reservations.push_back({attempt.id, attempt.steady});
  return !full;
}

Decision reserve_backup_code(Record& record, const Attempt& attempt, const Rules& rules) {
  if (!reserve(record, attempt, rules)) return refuse(record, rules, wire::Reason::locked);
  Decision decision;
  decision.verdict = Verdict::hash_backup_code;
  decision.hashes.backup = record.backup;
  decision.hashes.bypass = record.bypass;
  return decision;
}

// False where the reservation has run out (it is a failure already), or where a lock overtook it: then nothing is
// looked at, or the limit would hold for codes and for what is in flight each on its own.
bool still_reserved(Record& record, const Attempt& attempt, const Rules& rules) {
  const bool reserved =
      std::erase_if(record.reservations, [&](const Reservation& r) { return r.id == attempt.id; }) != 0;
  settle(record, attempt, rules);
  return reserved && lockout::gate(record.lockout, rules.lockout, is_root(record)) != Gate::locked;
}

bool may_be_backup_code(const Record& record, const Attempt& attempt) {
  const bool any = !record.backup.codes.empty() || record.bypass;
  return any && attempt.allow_backup_code && !attempt.answer.backup_code.empty();
}

Decision accept_backup_code(Record& record, const Attempt& attempt, wire::Reason how) {
  record.lockout.consecutive = 0;
  Decision decision = accept(record, attempt, std::nullopt);
  decision.reason = how;
  return decision;
}

}  // namespace

std::optional<Decision> asked_again(const Record& record, const Credential& credential, const Attempt& attempt,
                                    const Rules& rules) {
  const auto known = std::find_if(record.acceptances.begin(), record.acceptances.end(), [&](const Acceptance& a) {
    return a.id == attempt.id && a.purpose == attempt.purpose && is_recent(a, attempt);
  });
  if (known == record.acceptances.end()) return std::nullopt;
  const Hotp hotp(credential.algorithm, credential.secret.view(), credential.digits);
  const bool same = known->step != 0 && attempt.answer.code && attempt.answer.digits == credential.digits &&
                    hotp(known->step) == *attempt.answer.code;
  // The count of then: what was charged since is not `complete`'s to forget.
  return same ? accepted(known->step, known->charged) : refuse(record, rules, wire::Reason::spent_challenge);
}

Decision verify_and_burn(Record& record, const Credential& credential, ReplayWindow& window, const Attempt& attempt,
                         const Rules& rules) {
  settle(record, attempt, rules);
  if (const auto decision = asked_again(record, credential, attempt, rules)) return *decision;
  const bool backup_code = may_be_backup_code(record, attempt);
  const bool is_code = attempt.answer.code && attempt.answer.digits == credential.digits;
  switch (lockout::gate(record.lockout, rules.lockout, is_root(record))) {
    case Gate::locked: return refuse(record, rules, wire::Reason::locked);
    case Gate::suspended:  // a backup code revives it
      if (is_code || !backup_code) return refuse(record, rules, wire::Reason::suspended);
      break;
    case Gate::open: break;
  }
  if (attempt.answer.free_of_charge) return refuse(record, rules, wire::Reason::malformed);
  if (is_code) return judge_code(record, credential, window, attempt, rules);
  if (backup_code) return reserve_backup_code(record, attempt, rules);
  const bool well_formed = attempt.answer.code || !attempt.answer.backup_code.empty();
  return charge(record, attempt, rules, well_formed ? wire::Reason::wrong_code : wire::Reason::malformed);
}

void settle_expired(Record& record, const Attempt& now, const Rules& rules) { settle(record, now, rules); }

void abandon(Record& record, const Attempt& attempt) {
  std::erase_if(record.reservations, [&](const Reservation& r) { return r.id == attempt.id; });
}

Decision settle_backup_code(Record& record, const Attempt& attempt, const Rules& rules,
                            const std::optional<BackupHash>& match) {
  if (!still_reserved(record, attempt, rules)) return refuse(record, rules, wire::Reason::locked);
  if (!match) return charge(record, attempt, rules, wire::Reason::wrong_code);
  if (record.bypass && record.bypass->hash == *match) {
    record.bypass.reset();
    return accept_backup_code(record, attempt, wire::Reason::bypass);
  }
  // By its hash, since the set may have been replaced meanwhile.
  auto& codes = record.backup.codes;
  const auto code = std::find_if(codes.begin(), codes.end(), [&](const BackupCode& c) { return c.hash == *match; });
  if (code == codes.end()) return charge(record, attempt, rules, wire::Reason::wrong_code);
  if (code->used_at != 0) return replay(record, rules);
  code->used_at = std::max<std::int64_t>(attempt.wall, 1);
  return accept_backup_code(record, attempt, wire::Reason::backup_code);
}

Decision charge_password(Record& record, const Attempt& attempt, const Rules& rules, bool typed) {
  settle(record, attempt, rules);
  const Gate gate = lockout::gate(record.lockout, rules.lockout, is_root(record));
  if (gate == Gate::locked) return refuse(record, rules, wire::Reason::locked);
  if (!typed) return refuse(record, rules, wire::Reason::malformed);
  return charge(record, attempt, rules, wire::Reason::wrong_password);
}

Decision reserve_password(Record& record, const Attempt& attempt, const Rules& rules) {
  settle(record, attempt, rules);
  switch (lockout::gate(record.lockout, rules.lockout, is_root(record))) {
    case Gate::locked: return refuse(record, rules, wire::Reason::locked);
    case Gate::suspended: return refuse(record, rules, wire::Reason::suspended);
    case Gate::open: break;
  }
  if (!reserve(record, attempt, rules)) return refuse(record, rules, wire::Reason::locked);
  Decision decision;
  decision.verdict = Verdict::check_password;
  return decision;
}

Decision settle_password(Record& record, const Attempt& attempt, const Rules& rules, bool right) {
  if (!still_reserved(record, attempt, rules)) return refuse(record, rules, wire::Reason::locked);
  if (!right) return charge(record, attempt, rules, wire::Reason::wrong_password);
  Decision decision;
  decision.verdict = Verdict::accepted;
  return decision;
}

}  // namespace umbra
