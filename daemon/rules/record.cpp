#include "daemon/rules/record.hpp"

#include <algorithm>

namespace umbra {
namespace {

// 1: without bypass and salts of single codes; 2: without further devices, their windows and the epoch; still read.
constexpr std::uint8_t kOldestVersion = 1, kRecordVersion = 3;
constexpr std::uint8_t kBypassVersion = 2, kDevicesVersion = 3;

// Each part lists its fields once; Writer (const parts) and Reader both walk the list. Containers and owned
// values need a word each way, and get it in these overloads.
void text(Writer& c, const std::string& value, std::size_t limit) { c.field(std::string_view(value), limit); }
void text(Reader& c, std::string& value, std::size_t limit) {
  std::string_view view;
  c.field(view, limit);
  value = view;
}

void secret(Writer& c, const SecretBytes<wire::kMaxSecret>& value) { c.field(value.view(), wire::kMaxSecret); }
void secret(Reader& c, SecretBytes<wire::kMaxSecret>& value) {
  Bytes bytes;
  c.field(bytes, wire::kMaxSecret);
  if (bytes.empty() || !value.assign(bytes)) c.fail();
}

template <class Item, class Each>
void items(Writer& c, const std::vector<Item>& list, std::size_t limit, Each each) {
  if (list.size() > limit) return c.field(std::string_view("too many"), 0);
  c.field(static_cast<std::uint8_t>(list.size()));
  for (const Item& item : list) each(c, item);
}
template <class Item, class Each>
void items(Reader& c, std::vector<Item>& list, std::size_t limit, Each each) {
  std::uint8_t count = 0;
  c.field(count);
  if (count > limit) return c.fail();
  for (std::uint8_t i = 0; i < count && c.ok(); ++i) each(c, list.emplace_back());
}

void fields(Reader& c, wire::Algorithm& value) {
  std::uint8_t byte = 0;
  c.field(byte);
  if (byte < 1 || byte > 3) return c.fail();
  value = static_cast<wire::Algorithm>(byte);
}
void fields(Writer& c, const wire::Algorithm& value) { c.field(static_cast<std::uint8_t>(value)); }

void fields(Reader& c, Purpose& value) {
  std::uint8_t byte = 0;
  c.field(byte);
  if (byte < 1 || byte > static_cast<std::uint8_t>(Purpose::enrol)) return c.fail();
  value = static_cast<Purpose>(byte);
}
void fields(Writer& c, const Purpose& value) { c.field(static_cast<std::uint8_t>(value)); }

constexpr auto credential_fields = [](auto& c, auto& m, std::uint8_t version) {
  secret(c, m.secret);
  fields(c, m.algorithm);
  c.field(m.digits);
  c.field(m.period);
  if (version >= kDevicesVersion) c.field(m.window);
};
void credential(Writer& c, const Credential& m, std::uint8_t version) { credential_fields(c, m, version); }
void credential(Reader& c, Credential& m, std::uint8_t version) {
  credential_fields(c, m, version);
  if (m.digits < 6 || m.digits > 8 || m.period == 0 || m.window > kMaxWindow) c.fail();
}

void optional_salt(Writer& c, const std::optional<BackupSalt>& m) {
  c.field(m.has_value());
  if (m) c.field(*m);
}
void optional_salt(Reader& c, std::optional<BackupSalt>& m) {
  bool there = false;
  c.field(there);
  if (there) c.field(m.emplace());
}

constexpr auto backup_fields = [](auto& c, auto& m, std::uint8_t version) {
  c.field(m.salt);
  c.field(m.created_at);
  items(c, m.codes, kMaxBackupCodes, [version](auto& cursor, auto& code) {
    cursor.field(code.hash);
    cursor.field(code.used_at);
    if (version >= kBypassVersion) optional_salt(cursor, code.salt);
  });
};

constexpr auto bypass_fields = [](auto& c, auto& m) {
  c.field(m.hash);
  c.field(m.salt);
  c.field(m.since);
  c.field(m.until);
};
void optional_bypass(Writer& c, const std::optional<BypassCode>& m) {
  c.field(m.has_value());
  if (m) bypass_fields(c, *m);
}
void optional_bypass(Reader& c, std::optional<BypassCode>& m) {
  bool there = false;
  c.field(there);
  if (there) bypass_fields(c, m.emplace());
}

void optional_credential(Writer& c, const std::optional<Credential>& m, std::uint8_t version) {
  c.field(m.has_value());
  if (m) credential(c, *m, version);
}
void optional_credential(Reader& c, std::optional<Credential>& m, std::uint8_t version) {
  bool there = false;
  c.field(there);
  if (there) credential(c, m.emplace(), version);
}

constexpr auto window_fields = [](auto& c, auto& m) {
  c.field(m.highest);
  c.field(m.mask);
};

constexpr auto devices_fields = [](auto& c, auto& m, std::uint8_t version) {
  text(c, m.name, kMaxDeviceName);
  text(c, m.pending_name, kMaxDeviceName);
  items(c, m.more, kMaxDevices - 1, [version](auto& cursor, auto& device) {
    text(cursor, device.name, kMaxDeviceName);
    credential(cursor, device.credential, version);
    window_fields(cursor, device.window);
    cursor.field(device.added_at);
  });
  c.field(m.epoch);
};

constexpr auto lockout_fields = [](auto& c, auto& m) {
  c.field(m.recent_count);
  // A count beyond the array is a broken record; the reader must not walk past its end.
  for (std::size_t i = 0; i < LockoutState::kMaxRecent && i < m.recent_count; ++i) c.field(m.recent[i]);
  c.field(m.locked_since);
  c.field(m.locked_until);
  c.field(m.locks);
  c.field(m.consecutive);
  c.field(m.charged);
  c.field(m.budget_day);
  c.field(m.budget);
};

constexpr auto record_fields = [](auto& c, auto& m, std::uint8_t version) {
  text(c, m.user, wire::kMaxUser);
  c.field(m.uid);
  c.field(m.generation);
  c.field(m.enforced);
  c.field(m.created_at);
  c.field(m.enrolled_at);
  optional_credential(c, m.active, version);
  window_fields(c, m.window);
  backup_fields(c, m.backup, version);
  optional_credential(c, m.pending, version);
  backup_fields(c, m.pending_backup, version);
  if (version >= kBypassVersion) optional_bypass(c, m.bypass);
  lockout_fields(c, m.lockout);
  items(c, m.reservations, kMaxReservations, [](auto& cursor, auto& r) {
    cursor.field(r.id.bytes);
    cursor.field(r.since);
  });
  items(c, m.acceptances, kMaxAcceptances, [version](auto& cursor, auto& a) {
    cursor.field(a.id.bytes);
    fields(cursor, a.purpose);
    cursor.field(a.step);
    cursor.field(a.at);
    cursor.field(a.charged);
    if (version >= kDevicesVersion) cursor.field(a.device);
  });
  c.field(m.last_success);
  text(c, m.last_service, wire::kMaxService);
  text(c, m.last_source, wire::kMaxRhost);
  if (version >= kDevicesVersion) devices_fields(c, m, version);
};

}  // namespace

unsigned BackupSet::remaining() const noexcept {
  return static_cast<unsigned>(std::count_if(codes.begin(), codes.end(), [](const auto& c) { return c.used_at == 0; }));
}

std::size_t encode_record(const Record& record, std::span<std::uint8_t> out) noexcept {
  Writer w(out);
  w.field(kRecordVersion);
  record_fields(w, record, kRecordVersion);
  return w.size();
}

std::optional<Record> decode_record(Bytes bytes) {
  Reader r(bytes);
  std::uint8_t version = 0;
  r.field(version);
  if (!r.ok() || version < kOldestVersion || version > kRecordVersion) return std::nullopt;
  std::optional<Record> record(std::in_place);
  record_fields(r, *record, version);
  if (!r.ok() || !r.at_end() || record->lockout.recent_count > LockoutState::kMaxRecent) return std::nullopt;
  return record;
}

}  // namespace umbra
