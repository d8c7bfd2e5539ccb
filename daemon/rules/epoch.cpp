#include "daemon/rules/epoch.hpp"

#include <algorithm>

#include "daemon/rules/totp.hpp"

namespace umbra {
namespace {

void burn(const Credential& credential, ReplayWindow& window, const Epoch& epoch) {
  const unsigned ahead = credential.window != 0 ? credential.window : epoch.window;
  window.spend_up_to(time_step(epoch.floor, credential.period) + ahead);
}

// True where there was one to kill.
bool kill_codes(BackupSet& set, std::int64_t at) {
  bool any = false;
  for (BackupCode& code : set.codes) {
    if (code.used_at != 0) continue;
    code.used_at = std::max<std::int64_t>(at, 1);
    any = true;
  }
  return any;
}

bool same_set(const BackupSet& a, const BackupSet& b) noexcept {
  return a.created_at == b.created_at && a.salt == b.salt && !b.codes.empty();
}

// What is used there is used here.
void take_over_used(BackupSet& copy, const BackupSet& present) {
  for (const BackupCode& used : present.codes) {
    if (used.used_at == 0) continue;
    for (BackupCode& code : copy.codes)
      if (code.hash == used.hash && code.used_at == 0) code.used_at = used.used_at;
  }
}

bool merge_codes(BackupSet& copy, const Record* present, bool keep_codes, std::int64_t wall) {
  bool known = false;
  if (present != nullptr)
    for (const BackupSet* set : {&present->backup, &present->pending_backup}) {
      known = known || same_set(copy, *set);
      take_over_used(copy, *set);
    }
  return !known && !keep_codes && kill_codes(copy, wall);
}

bool same_secret(const Credential& a, const Credential& b) noexcept {
  return std::ranges::equal(a.secret.view(), b.secret.view());
}

void take_over_window(const Credential& credential, ReplayWindow& window, const Record& present) {
  const auto look_at = [&](const Credential& other, const ReplayWindow& spent) {
    if (same_secret(credential, other)) window.spend_all_of(spent);
  };
  if (present.active) look_at(*present.active, present.window);
  for (const Device& device : present.more) look_at(device.credential, device.window);
}

}  // namespace

void catch_up(Record& record, const Epoch& epoch) {
  if (record.epoch >= epoch.generation) return;
  if (record.active) burn(*record.active, record.window, epoch);
  for (Device& device : record.more) burn(device.credential, device.window, epoch);
  record.reservations.clear();
  record.acceptances.clear();
  record.bypass.reset();
  if (record.epoch < epoch.codes_from) {
    kill_codes(record.backup, epoch.floor);
    kill_codes(record.pending_backup, epoch.floor);
  }
  record.epoch = epoch.generation;
}

bool merge_back(Record& copy, const Record* present, bool keep_codes, std::int64_t wall) {
  const bool lost = merge_codes(copy.backup, present, keep_codes, wall);
  merge_codes(copy.pending_backup, present, keep_codes, wall);
  if (present == nullptr) return lost;
  copy.enforced = copy.enforced || present->enforced;
  copy.lockout = lockout::stricter(copy.lockout, present->lockout);
  // A challenge that is open now is worth nothing afterwards, whatever credential it was for.
  if (present->generation < UINT32_MAX) copy.generation = std::max(copy.generation, present->generation + 1);
  if (copy.active) take_over_window(*copy.active, copy.window, *present);
  for (Device& device : copy.more) take_over_window(device.credential, device.window, *present);
  return lost;
}

}  // namespace umbra
