#include "daemon/service/import_item.hpp"

#include <algorithm>

#include "daemon/rules/totp.hpp"
#include "daemon/service/enrolment.hpp"

namespace umbra {

using wire::ImportOutcome;

namespace {

// The widest window of pam_oath's that is in use; and less than what would let a future step bury today's codes.
constexpr std::uint64_t kSearched = 30;  // steps on each side
static_assert(kSearched + kMaxWindow + 1 + kMaxWindow < ReplayWindow::kSize);

template <class Entry, class Each>
bool read_all(Bytes bytes, Each each) {
  Reader entries(bytes);
  while (entries.ok() && !entries.at_end()) {
    Entry entry;
    Entry::fields(entries, entry);
    if (entries.ok()) each(entry);
  }
  return entries.ok();
}

bool read_credential(const wire::ImportItem& item, ImportWish& wish) {
  if (item.secret.empty()) return true;
  Credential& credential = wish.credential.emplace();
  credential.secret.assign(item.secret);
  credential.algorithm = static_cast<wire::Algorithm>(item.algorithm);
  credential.digits = item.digits;
  credential.period = item.period;
  credential.window = item.window;
  return item.algorithm >= 1 && item.algorithm <= 3 && item.digits >= 6 && item.digits <= 8 && item.period >= 1 &&
         item.period <= 86400 && item.window <= kMaxWindow;
}

// As it is compared: upper-case letters and digits.
bool read_scratch(std::string_view text, ImportWish& wish) {
  for (; text.size() >= kBackupCodeSize; text.remove_prefix(kBackupCodeSize)) {
    const Answer answer = parse_answer(text.substr(0, kBackupCodeSize));
    if (answer.backup_code.empty()) return false;
    wish.scratch.push_back(answer.backup_code);
  }
  return text.empty();
}

bool read_codes(const wire::ImportItem& item, ImportWish& wish) {
  wish.codes.created_at = item.codes_made_at;
  const bool whole = read_all<wire::HashedCode>(item.hashed_codes, [&](const wire::HashedCode& hashed) {
    BackupCode& code = wish.codes.codes.emplace_back();
    std::copy_n(hashed.hash, kBackupHashSize, code.hash.begin());
    std::copy_n(hashed.salt, kBackupSaltSize, code.salt.emplace().begin());
    code.used_at = hashed.used_at;
  });
  return whole && read_scratch(item.scratch, wish) && wish.codes.codes.size() + wish.scratch.size() <= kMaxBackupCodes;
}

bool same_secret(const Credential& a, const Credential& b) {
  return std::ranges::equal(a.secret.view(), b.secret.view());
}

// The same secret's window, wherever the record has it; fresh where it does not.
ReplayWindow window_of(const Record& record, const Credential& credential) {
  if (record.active && same_secret(*record.active, credential) && record.active->period == credential.period)
    return record.window;
  for (const Device& device : record.more)
    if (same_secret(device.credential, credential) && device.credential.period == credential.period)
      return device.window;
  return {};
}

bool knows_secret(const Record& record, const Credential& credential) {
  const auto same = [&](const Device& device) { return same_secret(device.credential, credential); };
  return (record.active && same_secret(*record.active, credential)) ||
         std::any_of(record.more.begin(), record.more.end(), same);
}

// The step at which it was accepted, and where the code is known, each step about it with this code: what accepted it
// had a window of its own.
void spend_used(ReplayWindow& window, const Credential& credential, const std::vector<wire::UsedStep>& used) {
  const Hotp hotp(credential.algorithm, credential.secret.view(), credential.digits);
  for (const wire::UsedStep& one : used) {
    window.spend(one.step);
    if (one.code == wire::UsedStep::kNoCode) continue;
    for (std::uint64_t step = one.step - std::min(one.step, kSearched); step <= one.step + kSearched; ++step)
      if (hotp(step) == one.code) window.spend(step);
  }
}

// One such step would make all codes until then used ones.
bool in_future(const ImportWish& wish, std::int64_t now) {
  const std::uint64_t last = time_step(now, wish.credential->period) + kMaxWindow + 1;
  return std::any_of(wish.used.begin(), wish.used.end(), [&](const wire::UsedStep& one) { return one.step > last; });
}

void keep_used(BackupSet& codes, const BackupSet& before) {
  for (BackupCode& code : codes.codes)
    for (const BackupCode& old : before.codes)
      if (old.hash == code.hash) code.used_at = std::max(code.used_at, old.used_at);
}

ImportOutcome add_device(Record& record, const ImportWish& wish, std::int64_t now) {
  const Credential& credential = *wish.credential;
  // Twice the same secret would let each code in twice.
  if (knows_secret(record, credential)) return ImportOutcome::imported;
  if (record.more.size() + 1 >= kMaxDevices) return ImportOutcome::too_many;
  Device& device = record.more.emplace_back();
  device.name = std::to_string(record.more.size() + 1);
  device.credential = credential;
  device.added_at = now;
  spend_used(device.window, credential, wish.used);
  ++record.generation;
  return ImportOutcome::imported;
}

void put_active(Record& record, const ImportWish& wish, std::int64_t now) {
  ReplayWindow window = window_of(record, *wish.credential);
  spend_used(window, *wish.credential, wish.used);
  BackupSet codes = wish.codes;
  keep_used(codes, record.backup);
  if (!codes.codes.empty() && codes.created_at == 0) codes.created_at = now;
  record.active = wish.credential;
  record.window = window;
  record.backup = std::move(codes);
  record.enrolled_at = now;
}

void put_pending(Record& record, const ImportWish& wish) {
  record.active.reset();
  record.window = {};
  record.backup = {};
  record.pending = wish.credential;
  record.pending_backup = wish.codes;
}

}  // namespace

std::optional<ImportWish> wish_of(const wire::ImportItem& item) {
  ImportWish wish;
  wish.enabled = item.enabled;
  wish.enforced = item.enforced;
  wish.further = item.further;
  const bool whole =
      read_credential(item, wish) && read_codes(item, wish) &&
      read_all<wire::UsedStep>(item.used, [&](const wire::UsedStep& used) { wish.used.push_back(used); });
  const bool nothing = !wish.credential && !wish.enforced;
  const bool codes = !wish.codes.codes.empty() || !wish.scratch.empty();
  const bool only_a_device = wish.credential && wish.enabled && !codes;
  if (!whole || nothing || (codes && !wish.credential) || (wish.further && !only_a_device)) return std::nullopt;
  return wish;
}

ImportOutcome take_import(std::optional<Record>& stored, const ImportWish& wish, bool replace, std::int64_t now) {
  const bool own = stored && stored->uid == wish.account.uid;
  if (wish.credential && in_future(wish, now)) return ImportOutcome::in_future;
  if (wish.further) return own && stored->active ? add_device(*stored, wish, now) : ImportOutcome::exists;
  if (own && (stored->active || stored->pending) && !replace) return ImportOutcome::exists;

  Record& record = own_record(stored, wish.account.name, wish.account.uid, now);
  record.enforced = record.enforced || wish.enforced;
  if (!wish.credential) return ImportOutcome::imported;
  record.pending.reset();
  record.pending_backup = {};
  record.pending_name.clear();
  wish.enabled ? put_active(record, wish, now) : put_pending(record, wish);
  record.name.clear();
  record.more.clear();
  record.bypass.reset();
  ++record.generation;
  return ImportOutcome::imported;
}

}  // namespace umbra
