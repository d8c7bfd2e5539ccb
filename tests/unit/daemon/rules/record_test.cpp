#include "daemon/rules/record.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <vector>

#include "tests/support/records.hpp"

namespace umbra {
namespace {

using test::encoded;
using test::full_record;

void expect_same(const std::optional<Credential>& a, const std::optional<Credential>& b) {
  ASSERT_EQ(a.has_value(), b.has_value());
  if (!a) return;
  EXPECT_TRUE(std::ranges::equal(a->secret.view(), b->secret.view()));
  EXPECT_EQ(a->algorithm, b->algorithm);
  EXPECT_EQ(a->digits, b->digits);
  EXPECT_EQ(a->period, b->period);
  EXPECT_EQ(a->window, b->window);
}
void expect_same(const BackupSet& a, const BackupSet& b) {
  EXPECT_EQ(a.salt, b.salt);
  EXPECT_EQ(a.created_at, b.created_at);
  ASSERT_EQ(a.codes.size(), b.codes.size());
  for (std::size_t i = 0; i < a.codes.size(); ++i) {
    EXPECT_EQ(a.codes[i].hash, b.codes[i].hash);
    EXPECT_EQ(a.codes[i].used_at, b.codes[i].used_at);
    EXPECT_EQ(a.codes[i].salt, b.codes[i].salt);
  }
}

TEST(Record, ComesBackAsItWas) {
  const Record r = full_record();
  const auto back = decode_record(encoded(r));
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(back->user, r.user);
  EXPECT_EQ(back->uid, r.uid);
  EXPECT_EQ(back->generation, r.generation);
  EXPECT_EQ(back->enforced, r.enforced);
  EXPECT_EQ(back->created_at, r.created_at);
  EXPECT_EQ(back->enrolled_at, r.enrolled_at);
  expect_same(back->active, r.active);
  EXPECT_EQ(back->window, r.window);
  expect_same(back->backup, r.backup);
  expect_same(back->pending, r.pending);
  expect_same(back->pending_backup, r.pending_backup);
  ASSERT_TRUE(back->bypass.has_value());
  EXPECT_EQ(back->bypass->hash, r.bypass->hash);
  EXPECT_EQ(back->bypass->salt, r.bypass->salt);
  EXPECT_EQ(back->bypass->since, 701);
  EXPECT_EQ(back->bypass->until, 702);
  EXPECT_EQ(back->lockout, r.lockout);
  ASSERT_EQ(back->reservations.size(), 2U);
  EXPECT_EQ(back->reservations[1].id, r.reservations[1].id);
  EXPECT_EQ(back->reservations[1].since, 402);
  ASSERT_EQ(back->acceptances.size(), 1U);
  EXPECT_EQ(back->acceptances[0].id, r.acceptances[0].id);
  EXPECT_EQ(back->acceptances[0].step, 501U);
  EXPECT_EQ(back->acceptances[0].purpose, Purpose::check);
  EXPECT_EQ(back->acceptances[0].at, 502);
  EXPECT_EQ(back->acceptances[0].charged, 503U);
  EXPECT_EQ(back->last_success, r.last_success);
  EXPECT_EQ(back->last_service, r.last_service);
  EXPECT_EQ(back->last_source, r.last_source);
  EXPECT_EQ(back->name, "phone");
  EXPECT_EQ(back->pending_name, "tablet");
  ASSERT_EQ(back->more.size(), r.more.size());
  for (std::size_t i = 0; i < r.more.size(); ++i) {
    EXPECT_EQ(back->more[i].name, r.more[i].name);
    expect_same(back->more[i].credential, r.more[i].credential);
    EXPECT_EQ(back->more[i].window, r.more[i].window);
    EXPECT_EQ(back->more[i].added_at, r.more[i].added_at);
  }
  EXPECT_EQ(back->epoch, 901U);
  EXPECT_EQ(encoded(*back), encoded(r));
}

TEST(Record, BareOneComesBack) {
  Record r;
  r.user = "bob";
  const auto back = decode_record(encoded(r));
  ASSERT_TRUE(back.has_value());
  EXPECT_FALSE(back->active || back->pending || back->bypass);
  EXPECT_EQ(encoded(*back), encoded(r));
}

TEST(Record, CutAnywhereIsRefused) {
  const auto bytes = encoded(full_record());
  ASSERT_FALSE(bytes.empty());
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(decode_record(Bytes(bytes).first(size)).has_value()) << size;
}

TEST(Record, OneByteMoreIsRefused) {
  auto bytes = encoded(full_record());
  bytes.push_back(0);
  EXPECT_FALSE(decode_record(bytes).has_value());
}

TEST(Record, OtherVersionIsRefused) {
  auto bytes = encoded(full_record());
  for (int version = 0; version < 256; ++version) {
    bytes[0] = static_cast<std::uint8_t>(version);
    EXPECT_EQ(decode_record(bytes).has_value(), version == 3) << version;
  }
}

// The seal keeps such bytes away; behind it the reader must hold its own. What it takes, it must also write.
TEST(Record, AnyFlippedByteIsRefusedOrWritable) {
  const auto bytes = encoded(full_record());
  for (std::size_t at = 0; at < bytes.size(); ++at)
    for (const int flip : {1, 2, 4, 8, 16, 32, 64, 128, 255}) {
      auto other = bytes;
      other[at] = static_cast<std::uint8_t>(other[at] ^ flip);
      const auto record = decode_record(other);
      if (record) {
        EXPECT_EQ(encoded(*record), other) << at << " " << flip;
      }
    }
}

TEST(Record, LimitsHoldWhenWritten) {
  const struct {
    const char* name;
    std::function<void(Record&)> at_limit, beyond;
  } table[] = {
      {"user", [](Record& r) { r.user.assign(wire::kMaxUser, 'x'); },
       [](Record& r) { r.user.assign(wire::kMaxUser + 1, 'x'); }},
      {"service", [](Record& r) { r.last_service.assign(wire::kMaxService, 'x'); },
       [](Record& r) { r.last_service.assign(wire::kMaxService + 1, 'x'); }},
      {"source", [](Record& r) { r.last_source.assign(wire::kMaxRhost, 'x'); },
       [](Record& r) { r.last_source.assign(wire::kMaxRhost + 1, 'x'); }},
      {"codes", [](Record& r) { r.backup.codes.resize(kMaxBackupCodes); },
       [](Record& r) { r.backup.codes.resize(kMaxBackupCodes + 1); }},
      {"pending codes", [](Record& r) { r.pending_backup.codes.resize(kMaxBackupCodes); },
       [](Record& r) { r.pending_backup.codes.resize(kMaxBackupCodes + 1); }},
      {"reservations", [](Record& r) { r.reservations.resize(kMaxReservations); },
       [](Record& r) { r.reservations.resize(kMaxReservations + 1); }},
      {"acceptances", [](Record& r) { r.acceptances.resize(kMaxAcceptances); },
       [](Record& r) { r.acceptances.resize(kMaxAcceptances + 1); }},
      {"devices", [](Record& r) { r.more.resize(kMaxDevices - 1, r.more[0]); },
       [](Record& r) { r.more.resize(kMaxDevices, r.more[0]); }},
      {"name", [](Record& r) { r.name.assign(kMaxDeviceName, 'x'); },
       [](Record& r) { r.name.assign(kMaxDeviceName + 1, 'x'); }},
      {"pending name", [](Record& r) { r.pending_name.assign(kMaxDeviceName, 'x'); },
       [](Record& r) { r.pending_name.assign(kMaxDeviceName + 1, 'x'); }},
      {"256 codes", [](Record&) {}, [](Record& r) { r.backup.codes.resize(256); }},
  };
  for (const auto& row : table) {
    Record fits = full_record();
    row.at_limit(fits);
    const auto bytes = encoded(fits);
    EXPECT_FALSE(bytes.empty()) << row.name;
    EXPECT_TRUE(decode_record(bytes).has_value()) << row.name;
    Record breaks = full_record();
    row.beyond(breaks);
    EXPECT_TRUE(encoded(breaks).empty()) << row.name;
  }
}

TEST(Record, LargestFits) {
  Record r = full_record();
  r.user.assign(wire::kMaxUser, 'u');
  r.active->secret.resize(wire::kMaxSecret);
  r.pending->secret.resize(wire::kMaxSecret);
  for (BackupSet* set : {&r.backup, &r.pending_backup}) {
    set->codes.resize(kMaxBackupCodes);
    for (BackupCode& code : set->codes) code.salt.emplace();
  }
  r.lockout.recent_count = LockoutState::kMaxRecent;
  r.reservations.resize(kMaxReservations);
  r.acceptances.resize(kMaxAcceptances);
  r.last_service.assign(wire::kMaxService, 's');
  r.last_source.assign(wire::kMaxRhost, 'r');
  r.name.assign(kMaxDeviceName, 'n');
  r.pending_name.assign(kMaxDeviceName, 'n');
  for (Device& device : r.more) {
    device.name.assign(kMaxDeviceName, 'n');
    device.credential.secret.resize(wire::kMaxSecret);
  }
  const auto bytes = encoded(r);
  ASSERT_FALSE(bytes.empty());
  EXPECT_TRUE(decode_record(bytes).has_value());
}

TEST(Record, TooSmallABufferIsAFailure) {
  const Record r = full_record();
  std::vector<std::uint8_t> out(encoded(r).size() - 1);
  EXPECT_EQ(encode_record(r, out), 0U);
}

TEST(Record, CredentialsThatCannotBeAreRefused) {
  const std::function<void(Credential&)> table[] = {
      [](Credential& c) { c.secret.clear(); },
      [](Credential& c) { c.digits = 5; },
      [](Credential& c) { c.digits = 9; },
      [](Credential& c) { c.period = 0; },
      [](Credential& c) { c.window = kMaxWindow + 1; },
      [](Credential& c) { c.algorithm = static_cast<wire::Algorithm>(0); },
      [](Credential& c) { c.algorithm = static_cast<wire::Algorithm>(4); },
  };
  for (const auto& damage : table) {
    Record r = full_record();
    damage(*r.active);
    EXPECT_FALSE(decode_record(encoded(r)).has_value());
    Record p = full_record();
    damage(*p.pending);
    EXPECT_FALSE(decode_record(encoded(p)).has_value());
    Record m = full_record();
    damage(m.more.back().credential);
    EXPECT_FALSE(decode_record(encoded(m)).has_value());
  }
}

TEST(Record, PurposesThatCannotBeAreRefused) {
  for (unsigned purpose = 0; purpose < 256; ++purpose) {
    Record r = full_record();
    r.acceptances[0].purpose = static_cast<Purpose>(purpose);
    EXPECT_EQ(decode_record(encoded(r)).has_value(), purpose >= 1 && purpose <= 7) << purpose;
  }
}

TEST(Record, RemainingCountsWhatWasNotUsed) {
  EXPECT_EQ(full_record().backup.remaining(), 6U);
  EXPECT_EQ(BackupSet{}.remaining(), 0U);
}

}  // namespace
}  // namespace umbra
