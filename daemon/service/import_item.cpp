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

// The steps about `step` with this code: what accepted it had a window of its own.
std::vector<std::uint64_t> steps_about(const Hotp& hotp, std::uint64_t step, std::uint32_t code) {
  std::vector<std::uint64_t> found;
  for (std::uint64_t one = step - std::min(step, kSearched); one <= step + kSearched; ++one)
    if (hotp(one) == code) found.push_back(one);
  return found;
}

// The steps with the code that was accepted; where it is not known, or found nowhere, that of the time. Here, and not
// in the mutation, since that holds the writer.
bool read_used(const wire::ImportItem& item, ImportWish& wish) {
  std::vector<wire::UsedStep> all;
  const auto keep = [&](const wire::UsedStep& one) {
    all.push_back(one);
    wish.last_used = std::max(wish.last_used, one.step);
  };
  if (!read_all<wire::UsedStep>(item.used, keep) || !wish.credential) return item.used.empty();
  const Hotp hotp(wish.credential->algorithm, wish.credential->secret.view(), wish.credential->digits);
  for (const wire::UsedStep& one : all) {
    const bool below = wish.last_used - one.step >= ReplayWindow::kSize;
    std::vector<std::uint64_t> found;
    if (one.code != wire::UsedStep::kNoCode && !below && one.step <= UINT64_MAX - kSearched)
      found = steps_about(hotp, one.step, one.code);
    if (found.empty()) found.push_back(one.step);
    wish.used.insert(wish.used.end(), found.begin(), found.end());
  }
  return true;
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

// One such step would make all codes until then used ones.
bool in_future(const ImportWish& wish, std::int64_t now) {
  return wish.last_used > time_step(now, wish.credential->period) + kMaxWindow + 1;
}

void spend_all(ReplayWindow& window, const std::vector<std::uint64_t>& steps) {
  for (const std::uint64_t step : steps) window.spend(step);
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
  spend_all(device.window, wish.used);
  return ImportOutcome::imported;
}

void put_active(Record& record, const ImportWish& wish, std::int64_t now) {
  ReplayWindow window = window_of(record, *wish.credential);
  spend_all(window, wish.used);
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
  const bool whole = read_credential(item, wish) && read_codes(item, wish) && read_used(item, wish);
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
