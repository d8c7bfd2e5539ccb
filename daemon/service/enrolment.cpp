#include "daemon/service/enrolment.hpp"

#include "daemon/crypto/sodium.hpp"

namespace umbra {

using wire::Status;

namespace {

// RFC 4226 §4 R6: "This document RECOMMENDs a shared secret length of 160 bits."
constexpr std::size_t kSecretSize = 20;

void promote_pending(Record& record, const ReplayWindow& window, std::int64_t now) {
  record.active = std::move(record.pending);
  record.pending.reset();
  record.window = window;
  record.backup = std::move(record.pending_backup);
  record.pending_backup = {};
  record.enrolled_at = now;
  ++record.generation;
}

}  // namespace

Record& own_record(std::optional<Record>& record, const std::string& user, uid_t uid, std::int64_t now) {
  if (record && record->uid == uid) return *record;
  const bool enforced = record && record->enforced;
  record.emplace();
  record->user = user;
  record->uid = uid;
  record->enforced = enforced;
  record->created_at = now;
  return *record;
}

Credential default_credential(const Config& config) {
  Credential credential;
  credential.algorithm = config.totp.algorithm;
  credential.digits = static_cast<std::uint8_t>(config.totp.digits);
  credential.period = config.totp.period;
  return credential;
}

void Enrolment::offer(std::shared_ptr<const Wish> wish, const Done& done) {
  if (!context_.enrolment.post([this, wish = std::move(wish), done] { make(wish, done); }))
    done(Status::unavailable, nullptr);
}

void Enrolment::make(const std::shared_ptr<const Wish>& wish, const Done& done) {
  const std::int64_t now = context_.clock.wall();
  const auto config = context_.settings.get();
  auto codes = make_backup_codes(config->backup_code_count, now);
  if (!codes) return done(Status::unavailable, nullptr);
  const auto offer = std::make_shared<Offer>(Offer{wish->account, wish->credential, std::move(*codes), config->issuer});
  sodium::random(offer->credential.secret.resize(kSecretSize));

  struct Outcome {
    bool stored = false;
  };
  auto mutate = [wish, offer, now](std::optional<Record>& stored, Outcome& outcome) {
    Record& record = own_record(stored, wish->account.name, wish->account.uid, now);
    if (record.active && !wish->may_replace) return false;
    record.pending = offer->credential;
    record.pending_backup = offer->codes.set;
    return outcome.stored = true;
  };
  context_.committer.update<Outcome>(wish->account.name, std::move(mutate), [offer, done](const Outcome* durable) {
    if (durable == nullptr) return done(Status::unavailable, nullptr);
    durable->stored ? done(Status::ok, offer.get()) : done(Status::already_enabled, nullptr);
  });
}

bool confirm_pending(std::optional<Record>& record, uid_t uid, const Attempt& attempt, const Rules& rules,
                     const Occasion& occasion, Confirmation& outcome) {
  if (!record || record->uid != uid) return false;
  outcome.generation = record->generation;
  if (!record->pending) {
    if (!record->active) return false;
    outcome.status = Status::already_enabled;
    if (const auto verdict = asked_again(*record, *record->active, attempt, rules)) {
      outcome.status = Status::ok;
      outcome.decision = *verdict;
    }
    return false;
  }
  ReplayWindow window;
  outcome.status = Status::ok;
  outcome.decision = verify_and_burn(*record, *record->pending, window, attempt, rules);
  if (outcome.decision.verdict == Verdict::accepted) {
    promote_pending(*record, window, attempt.wall);
    note_success(*record, outcome.decision, attempt, occasion);
    outcome.generation = record->generation;
  }
  return true;
}

}  // namespace umbra
