#include "daemon/rules/verify_and_burn.hpp"

#include <algorithm>

#include "daemon/rules/code_match.hpp"
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

Decision accept(Record& record, const Attempt& attempt, std::optional<std::uint64_t> step, std::uint8_t device = 0) {
  std::erase_if(record.acceptances, [&](const Acceptance& a) { return !is_recent(a, attempt); });
  if (record.acceptances.size() == kMaxAcceptances) record.acceptances.erase(record.acceptances.begin());
  record.acceptances.push_back(
      {attempt.id, attempt.purpose, step.value_or(0), attempt.wall, record.lockout.charged, device});
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

Decision judge_code(Record& record, const Factors& factors, const Attempt& attempt, const Rules& rules) {
  const Matches matches = match_and_spend(factors, attempt, rules);
  if (matches.open) return accept(record, attempt, matches.lowest, matches.device);
  if (matches.any) return replay(record, rules);
  // Where codes have eight digits too, these may be a backup code's: imported ones may have no letter.
  if (may_be_backup_code(record, attempt)) return reserve_backup_code(record, attempt, rules);
  return charge(record, attempt, rules, wire::Reason::wrong_code);
}

Decision accept_backup_code(Record& record, const Attempt& attempt, wire::Reason how) {
  record.lockout.consecutive = 0;
  Decision decision = accept(record, attempt, std::nullopt);
  decision.reason = how;
  return decision;
}

// The code that was accepted, and no other that the same device or another one makes.
bool is_same_code(const Acceptance& known, const Factors& factors, const Attempt& attempt) {
  if (known.step == 0 || !attempt.answer.code || known.device >= factors.all().size()) return false;
  const Credential& credential = *factors.all()[known.device].credential;
  const Hotp hotp(credential.algorithm, credential.secret.view(), credential.digits);
  return attempt.answer.digits == credential.digits && hotp(known.step) == *attempt.answer.code;
}

std::optional<Decision> asked_again_of(const Record& record, const Factors& factors, const Attempt& attempt,
                                       const Rules& rules) {
  const auto known = std::find_if(record.acceptances.begin(), record.acceptances.end(), [&](const Acceptance& a) {
    return a.id == attempt.id && a.purpose == attempt.purpose && is_recent(a, attempt);
  });
  if (known == record.acceptances.end()) return std::nullopt;
  const bool same = is_same_code(*known, factors, attempt);
  // The count of then: what was charged since is not `complete`'s to forget.
  return same ? accepted(known->step, known->charged) : refuse(record, rules, wire::Reason::spent_challenge);
}

Decision judge(Record& record, const Factors& factors, const Attempt& attempt, const Rules& rules) {
  settle(record, attempt, rules);
  if (const auto decision = asked_again_of(record, factors, attempt, rules)) return *decision;
  const bool backup_code = may_be_backup_code(record, attempt);
  const bool is_code = attempt.answer.code && factors.any_of(attempt.answer.digits);
  switch (lockout::gate(record.lockout, rules.lockout, is_root(record))) {
    case Gate::locked: return refuse(record, rules, wire::Reason::locked);
    case Gate::suspended:  // a backup code revives it
      if (!backup_code) return refuse(record, rules, wire::Reason::suspended);
      return reserve_backup_code(record, attempt, rules);
    case Gate::open: break;
  }
  if (attempt.answer.free_of_charge) return refuse(record, rules, wire::Reason::malformed);
  if (is_code) return judge_code(record, factors, attempt, rules);
  if (backup_code) return reserve_backup_code(record, attempt, rules);
  const bool well_formed = attempt.answer.code || !attempt.answer.backup_code.empty();
  return charge(record, attempt, rules, well_formed ? wire::Reason::wrong_code : wire::Reason::malformed);
}

}  // namespace

std::optional<Decision> asked_again(Record& record, const Attempt& attempt, const Rules& rules) {
  return asked_again_of(record, Factors(record), attempt, rules);
}

Decision verify_and_burn(Record& record, const Attempt& attempt, const Rules& rules) {
  return judge(record, Factors(record), attempt, rules);
}

Decision verify_and_burn(Record& record, const Credential& credential, ReplayWindow& window, const Attempt& attempt,
                         const Rules& rules) {
  return judge(record, Factors(credential, window), attempt, rules);
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
