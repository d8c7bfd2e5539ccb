#include "daemon/service/enrolment.hpp"

#include "daemon/crypto/sodium.hpp"
#include "daemon/rules/devices.hpp"

namespace umbra {

using wire::Status;

namespace {

// RFC 4226 §4 R6: "This document RECOMMENDs a shared secret length of 160 bits."
constexpr std::size_t kSecretSize = 20;

// Why what is wished cannot be stored, as things stand now; ok where it can.
Status refusal(const Record& record, const Wish& wish) {
  if (record.active && !wish.may_replace) return Status::already_enabled;
  if (!record.active && !wish.with_codes) return Status::not_set_up;  // disabled meanwhile
  return Status::ok;
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
  auto codes = wish->with_codes ? make_backup_codes(config->backup_code_count, now) : FreshBackupCodes{};
  if (!codes) return done(Status::unavailable, nullptr);
  const auto offer =
      std::make_shared<Offer>(Offer{wish->account, wish->credential, std::move(*codes), config->issuer, false});
  sodium::random(offer->credential.secret.resize(kSecretSize));

  struct Outcome {
    Status status = Status::unavailable;
    bool replaces = false;
  };
  auto mutate = [wish, offer, now](std::optional<Record>& stored, Outcome& outcome) {
    Record& record = own_record(stored, wish->account.name, wish->account.uid, now);
    outcome.status = refusal(record, *wish);
    if (outcome.status != Status::ok) return false;
    outcome.replaces = find_device(record, wish->device).has_value();
    record.pending_name = wish->device;
    record.pending = offer->credential;
    record.pending_backup = offer->codes.set;
    return true;
  };
  context_.committer.update<Outcome>(wish->account.name, std::move(mutate), [offer, done](const Outcome* durable) {
    if (durable == nullptr) return done(Status::unavailable, nullptr);
    offer->replaces = durable->replaces;
    done(durable->status, durable->status == Status::ok ? offer.get() : nullptr);
  });
}

bool confirm_pending(std::optional<Record>& record, uid_t uid, const Attempt& attempt, const Rules& rules,
                     const Occasion& occasion, Confirmation& outcome) {
  if (!record || record->uid != uid) return false;
  outcome.generation = record->generation;
  if (!record->pending) {
    if (!record->active) return false;
    outcome.status = Status::already_enabled;
    if (const auto verdict = asked_again(*record, attempt, rules)) {
      outcome.status = Status::ok;
      outcome.decision = *verdict;
    }
    return false;
  }
  outcome.status = has_room_for(*record, pending_device(*record)) ? Status::ok : Status::devices_full;
  if (outcome.status != Status::ok) return false;
  ReplayWindow window;
  outcome.decision = verify_and_burn(*record, *record->pending, window, attempt, rules);
  if (outcome.decision.verdict == Verdict::accepted) {
    promote_pending(*record, window, attempt);
    note_success(*record, outcome.decision, attempt, occasion);
    outcome.generation = record->generation;
  }
  return true;
}

}  // namespace umbra
