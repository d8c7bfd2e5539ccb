#include "daemon/service/judge.hpp"

#include "daemon/crypto/argon2.hpp"
#include "daemon/crypto/sodium.hpp"

namespace umbra {
namespace {

bool is_target(const std::optional<Record>& record, const Target& target) {
  return record && record->active && record->uid == target.uid && record->generation == target.generation;
}

void note_success(Record& record, const Decision& decision, const Attempt& attempt, const Occasion& occasion) {
  if (decision.verdict != Verdict::accepted) return;
  record.last_success = attempt.wall;
  record.last_service = occasion.service;
  record.last_source = occasion.source;
}

std::string_view text(const SecretBytes<kBackupCodeSize>& code) noexcept {
  return {reinterpret_cast<const char*>(code.view().data()), code.size()};
}

// All hashes are compared, used ones too: the time tells neither which matched nor whether one did.
std::optional<std::size_t> find_match(const BackupSet& set, Bytes hash) {
  std::optional<std::size_t> match;
  for (std::size_t i = 0; i < set.codes.size(); ++i)
    if (sodium::equal(hash, set.codes[i].hash)) match = i;
  return match;
}

}  // namespace

Attempt Judge::attempt(std::string_view answer, const wire::RequestId& id, Purpose purpose) const {
  Attempt attempt;
  attempt.answer = parse_answer(answer);
  attempt.id = id;
  attempt.purpose = purpose;
  attempt.wall = context_.clock.wall();
  attempt.steady = context_.clock.steady();
  return attempt;
}

void Judge::judge(Target target, const std::shared_ptr<const Attempt>& attempt, Occasion occasion, Done done) {
  const Rules rules = rules_of(*context_.settings.get());
  auto mutate = [target, attempt, occasion, rules](std::optional<Record>& record, Judgement& judgement) {
    judgement.found = is_target(record, target);
    if (!judgement.found) return false;
    judgement.decision = verify_and_burn(*record, *record->active, record->window, *attempt, rules);
    note_success(*record, judgement.decision, *attempt, occasion);
    return true;  // refusals too: what they charge must be as durable as what is accepted
  };
  const std::string user = target.user;
  context_.committer.update<Judgement>(
      user, std::move(mutate),
      [this, target = std::move(target), attempt, occasion, done = std::move(done)](const Judgement* durable) mutable {
        if (durable == nullptr || durable->decision.verdict != Verdict::hash_backup_code) return done(durable);
        hash_and_settle(std::move(target), attempt, std::move(occasion), durable->decision.backup, std::move(done));
      });
}

void Judge::hash_and_settle(Target target, const std::shared_ptr<const Attempt>& attempt, Occasion occasion,
                            BackupSet set, Done done) {
  const Rules rules = rules_of(*context_.settings.get());
  const std::string user = target.user;
  auto job = [this, target = std::move(target), attempt, occasion = std::move(occasion), set = std::move(set), rules,
              done]() {
    std::uint8_t hash[kBackupHashSize];
    std::optional<std::size_t> match;
    if (argon2::id(text(attempt->answer.backup_code), set.salt, hash)) match = find_match(set, hash);
    auto settle = [target, attempt, occasion, rules, salt = set.salt, match](std::optional<Record>& record,
                                                                             Judgement& judgement) {
      judgement.found = is_target(record, target);
      if (!judgement.found) return false;
      judgement.decision = settle_backup_code(*record, *attempt, rules, salt, match);
      note_success(*record, judgement.decision, *attempt, occasion);
      return true;
    };
    context_.committer.update<Judgement>(target.user, std::move(settle), done);
  };
  if (context_.slow.post(std::move(job))) return;
  struct Nothing {};
  context_.committer.update<Nothing>(
      user,
      [attempt](std::optional<Record>& record, Nothing&) {
        if (record) abandon_backup_code(*record, *attempt);
        return record.has_value();
      },
      [done = std::move(done)](const Nothing*) { done(nullptr); });
}

void Judge::rehearse(const std::string& unknown_user, const std::shared_ptr<const Attempt>& attempt,
                     std::function<void(bool durable)> done) {
  struct NoVerdict {
    bool hash = false;
  };
  const std::string decoy = decoy_name(unknown_user);
  const Rules rules = rules_of(*context_.settings.get());
  auto mutate = [attempt, rules](std::optional<Record>& record, NoVerdict& outcome) {
    if (!record || !record->active) return false;
    const Decision decision = verify_and_burn(*record, *record->active, record->window, *attempt, rules);
    outcome.hash = decision.verdict == Verdict::hash_backup_code;
    return true;
  };
  context_.committer.update<NoVerdict>(decoy, std::move(mutate),
                                       [this, decoy, attempt, done = std::move(done)](const NoVerdict* durable) {
                                         if (durable == nullptr || !durable->hash) return done(durable != nullptr);
                                         hash_for_nothing(decoy, attempt, done);
                                       });
}

void Judge::hash_for_nothing(const std::string& decoy, const std::shared_ptr<const Attempt>& attempt,
                             const std::function<void(bool durable)>& done) {
  struct NoVerdict {};
  auto forget = [attempt](std::optional<Record>& record, NoVerdict&) {
    if (record) abandon_backup_code(*record, *attempt);
    return record.has_value();
  };
  auto job = [this, decoy, attempt, forget, done] {
    std::uint8_t hash[kBackupHashSize];
    const std::uint8_t salt[kBackupSaltSize] = {};
    argon2::id(text(attempt->answer.backup_code), salt, hash);
    context_.committer.update<NoVerdict>(decoy, forget, [done](const NoVerdict* durable) { done(durable != nullptr); });
  };
  if (context_.slow.post(std::move(job))) return;
  context_.committer.update<NoVerdict>(decoy, forget, [done](const NoVerdict*) { done(false); });
}

}  // namespace umbra
