// Users, codes and answers for tests of the rules and of what stands upon them.
#pragma once

#include <cstdio>
#include <initializer_list>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/rules/totp.hpp"
#include "daemon/rules/verify_and_burn.hpp"
#include "tests/support/field_cursors.hpp"

namespace umbra::test {

inline constexpr std::int64_t kNow = 1'700'000'010;  // the first second of a step of 30
inline constexpr std::string_view kSecretText = "12345678901234567890";

inline Credential credential(wire::Algorithm algorithm = wire::Algorithm::sha1, unsigned digits = 6,
                             std::uint32_t period = 30, std::string_view secret = kSecretText) {
  Credential credential;
  credential.secret.assign(bytes(secret));
  credential.algorithm = algorithm;
  credential.digits = static_cast<std::uint8_t>(digits);
  credential.period = period;
  return credential;
}

inline Record enrolled(std::string user = "alice", std::uint32_t uid = 1000) {
  Record record;
  record.user = std::move(user);
  record.uid = uid;
  record.generation = 1;
  record.active = credential();
  return record;
}

// A further device of this user, with a secret of its own.
inline Credential& add_device(Record& record, std::string name, unsigned digits = 6, std::uint32_t period = 30) {
  Device& device = record.more.emplace_back();
  device.credential = credential(wire::Algorithm::sha1, digits, period, "the secret of " + name);
  device.name = std::move(name);
  device.added_at = kNow;
  return device.credential;
}

// The code of the step that lies `offset` steps from that of `wall`, as somebody would type it.
inline std::string code_text(const Credential& credential, std::int64_t wall, int offset = 0) {
  const std::uint64_t step = time_step(wall, credential.period) + static_cast<std::uint64_t>(offset);
  const Hotp hotp(credential.algorithm, credential.secret.view(), credential.digits);
  std::string digits = std::to_string(hotp(step));
  return std::string(credential.digits - digits.size(), '0') + digits;
}

// A code of no step within `around` of that of `wall`.
inline std::string wrong_code(const Credential& credential, std::int64_t wall, int around = 2) {
  std::string wrong(credential.digits, '0');
  for (int offset = -around; offset <= around; ++offset)
    if (code_text(credential, wall, offset) == wrong) {
      ++wrong.back();
      offset = -around - 1;
    }
  return wrong;
}

inline wire::RequestId request_id(std::uint64_t number) {
  wire::RequestId id;
  for (std::size_t i = 0; i < 8; ++i) id.bytes[i] = static_cast<std::uint8_t>(number >> (8 * i));
  id.bytes[15] = 0x5A;
  return id;
}

// An answer under a request id of its own.
inline Attempt attempt(std::string_view answer, std::int64_t now, std::uint64_t number) {
  Attempt attempt;
  attempt.answer = parse_answer(answer);
  attempt.id = request_id(number);
  attempt.wall = attempt.steady = now;
  return attempt;
}

// Every field has a value that no other has.
inline Record full_record() {
  Record r = enrolled("alice", 1000);
  r.generation = 7;
  r.enforced = true;
  r.created_at = 101;
  r.enrolled_at = 102;
  r.window.spend(5'000'000);
  r.window.spend(4'999'990);
  std::iota(r.backup.salt.begin(), r.backup.salt.end(), std::uint8_t{10});
  r.backup.created_at = 103;
  for (std::uint8_t i = 0; i < 10; ++i) {
    BackupCode& code = r.backup.codes.emplace_back();
    code.hash.fill(static_cast<std::uint8_t>(0x40 + i));
    code.used_at = i % 3 == 0 ? 200 + i : 0;
    if (i % 4 == 1) code.salt.emplace().fill(static_cast<std::uint8_t>(0x80 + i));
  }
  r.pending = credential(wire::Algorithm::sha512, 8, 60, "another secret");
  std::iota(r.pending_backup.salt.begin(), r.pending_backup.salt.end(), std::uint8_t{77});
  r.pending_backup.created_at = 104;
  r.pending_backup.codes.resize(2);
  BypassCode& bypass = r.bypass.emplace();
  bypass.hash.fill(0xA1);
  bypass.salt.fill(0xA2);
  bypass.since = 701;
  bypass.until = 702;
  r.lockout.recent = {301, 302, 303};
  r.lockout.recent_count = 3;
  r.lockout.locked_since = 304;
  r.lockout.locked_until = 305;
  r.lockout.locks = 6;
  r.lockout.consecutive = 307;
  r.lockout.charged = 308;
  r.lockout.budget_day = 309;
  std::iota(r.lockout.budget.begin(), r.lockout.budget.end(), std::uint8_t{1});
  r.reservations = {{request_id(1), 401}, {request_id(2), 402}};
  r.acceptances = {{request_id(3), Purpose::check, 501, 502, 503, 2}};
  r.last_success = 601;
  r.last_service = "sshd";
  r.last_source = "192.0.2.1";
  r.active->window = 1;
  r.pending->window = 2;
  r.name = "phone";
  r.pending_name = "tablet";
  for (std::uint8_t i = 0; i < kMaxDevices - 1; ++i) {
    Device& device = r.more.emplace_back();
    device.name = "device " + std::to_string(i);
    device.credential = credential(wire::Algorithm::sha256, 7, 60 + i, "a third secret");
    device.credential.window = static_cast<std::uint8_t>(3 + i);
    device.window.spend(6'000'000 + i);
    device.added_at = 801 + i;
  }
  r.epoch = 901;
  return r;
}

inline std::vector<std::uint8_t> encoded(const Record& record) {
  std::vector<std::uint8_t> out(kMaxRecordSize);
  out.resize(encode_record(record, out));
  return out;
}

}  // namespace umbra::test
