#include "daemon/service/judge.hpp"

#include <algorithm>
#include <vector>

#include "daemon/crypto/argon2.hpp"
#include "daemon/crypto/sodium.hpp"

namespace umbra {
namespace {

bool is_target(const std::optional<Record>& record, const Target& target) {
  return record && record->active && record->uid == target.uid && record->generation == target.generation;
}

std::string_view text(const SecretBytes<kBackupCodeSize>& code) noexcept {
  return {reinterpret_cast<const char*>(code.view().data()), code.size()};
}

// Each salt once: of our own codes there is one for the whole set, and one evaluation for each attempt.
std::vector<BackupSalt> salts_of(const Hashes& hashes) {
  std::vector<BackupSalt> salts;
  const auto add = [&](const BackupSalt& salt) {
    if (std::find(salts.begin(), salts.end(), salt) == salts.end()) salts.push_back(salt);
  };
  for (const BackupCode& code : hashes.backup.codes) add(code.salt.value_or(hashes.backup.salt));
  if (hashes.bypass) add(hashes.bypass->salt);
  return salts;
}

// All hashes are compared, used ones too: the time tells neither which matched nor whether one did.
std::optional<BackupHash> find_match(const Hashes& hashes, const SecretBytes<kBackupCodeSize>& code) {
  std::optional<BackupHash> match;
  for (const BackupSalt& salt : salts_of(hashes)) {
    BackupHash hash;
    if (!argon2::id(text(code), salt, hash)) continue;
    for (const BackupCode& stored : hashes.backup.codes)
      if (stored.salt.value_or(hashes.backup.salt) == salt && sodium::equal(hash, stored.hash)) match = stored.hash;
    if (hashes.bypass && hashes.bypass->salt == salt && sodium::equal(hash, hashes.bypass->hash)) match = hash;
  }
  return match;
}

}  // namespace

void note_success(Record& record, const Decision& decision, const Attempt& attempt, const Occasion& occasion) {
  if (decision.verdict != Verdict::accepted) return;
  record.last_success = attempt.wall;
  record.last_service = occasion.service;
  record.last_source = occasion.source;
}

Attempt Judge::attempt(std::string_view answer, const wire::RequestId& id, Purpose purpose) const {
  Attempt attempt;
  attempt.answer = parse_answer(answer);
  attempt.id = id;
  attempt.purpose = purpose;
  attempt.wall = context_.clock.wall();
  attempt.steady = context_.clock.steady();
  return attempt;
}

struct Judge::Case {
  Target target;
  std::shared_ptr<const Attempt> attempt;
  Occasion occasion;
  Rules rules;
  Done done;
  Deed deed;

  bool finish(Record& record, const Decision& decision) const {
    note_success(record, decision, *attempt, occasion);
    if (deed && decision.verdict == Verdict::accepted) deed(record);
    return true;  // refusals are written too: what they charge must be as durable as what is accepted
  }
};

void Judge::judge(Target target, const std::shared_ptr<const Attempt>& attempt, Occasion occasion, Done done,
                  Deed deed) {
  const auto one =
      std::make_shared<const Case>(Case{std::move(target), attempt, std::move(occasion),
                                        rules_of(*context_.settings.get()), std::move(done), std::move(deed)});
  auto mutate = [one](std::optional<Record>& record, Judgement& judgement) {
    judgement.found = is_target(record, one->target);
    if (!judgement.found) return false;
    judgement.decision = verify_and_burn(*record, *one->attempt, one->rules);
    return one->finish(*record, judgement.decision);
  };
  context_.committer.update<Judgement>(one->target.user, std::move(mutate), [this, one](const Judgement* durable) {
    if (durable == nullptr || durable->decision.verdict != Verdict::hash_backup_code) return one->done(durable);
    hash_and_settle(one, std::make_shared<const Hashes>(durable->decision.hashes));
  });
}

void Judge::hash_and_settle(const std::shared_ptr<const Case>& one, const std::shared_ptr<const Hashes>& hashes) {
  auto job = [this, one, hashes] {
    const auto match = find_match(*hashes, one->attempt->answer.backup_code);
    auto settle = [one, match](std::optional<Record>& record, Judgement& judgement) {
      judgement.found = is_target(record, one->target);
      // The factor changed meanwhile: nothing was learnt of it, and the attempt must not be left to count.
      if (!judgement.found && record) abandon(*record, *one->attempt);
      if (!judgement.found) return record.has_value();
      judgement.decision = settle_backup_code(*record, *one->attempt, one->rules, match);
      return one->finish(*record, judgement.decision);
    };
    context_.committer.update<Judgement>(one->target.user, std::move(settle), one->done);
  };
  if (context_.slow.post(std::move(job))) return;
  struct Nothing {};
  context_.committer.update<Nothing>(
      one->target.user,
      [one](std::optional<Record>& record, Nothing&) {
        if (record) abandon(*record, *one->attempt);
        return record.has_value();
      },
      [one](const Nothing*) { one->done(nullptr); });
}

void Judge::rehearse(const std::string& unknown_user, const std::shared_ptr<const Attempt>& attempt, Rehearsed done) {
  struct NoVerdict {
    bool hash = false, counts = false;
  };
  const std::string decoy = decoy_name(unknown_user);
  const Rules rules = rules_of(*context_.settings.get());
  auto mutate = [attempt, rules](std::optional<Record>& record, NoVerdict& outcome) {
    if (!record || !record->active) return false;
    const Decision decision = verify_and_burn(*record, *attempt, rules);
    outcome.hash = decision.verdict == Verdict::hash_backup_code;
    outcome.counts = decision.counts;
    return true;
  };
  context_.committer.update<NoVerdict>(decoy, std::move(mutate),
                                       [this, decoy, attempt, done = std::move(done)](const NoVerdict* durable) {
                                         if (durable == nullptr || !durable->hash)
                                           return done(durable != nullptr, durable != nullptr && durable->counts);
                                         hash_for_nothing(decoy, attempt, done);
                                       });
}

void Judge::hash_for_nothing(const std::string& decoy, const std::shared_ptr<const Attempt>& attempt,
                             const Rehearsed& done) {
  struct NoVerdict {};
  auto forget = [attempt](std::optional<Record>& record, NoVerdict&) {
    if (record) abandon(*record, *attempt);
    return record.has_value();
  };
  auto job = [this, decoy, attempt, forget, done] {
    std::uint8_t hash[kBackupHashSize];
    const std::uint8_t salt[kBackupSaltSize] = {};
    argon2::id(text(attempt->answer.backup_code), salt, hash);
    context_.committer.update<NoVerdict>(decoy, forget,
                                         [done](const NoVerdict* durable) { done(durable != nullptr, true); });
  };
  if (context_.slow.post(std::move(job))) return;
  context_.committer.update<NoVerdict>(decoy, forget, [done](const NoVerdict*) { done(false, false); });
}

}  // namespace umbra
