// Users, codes and answers for tests of the rules and of what stands upon them.
#pragma once

#include <cstdio>
#include <initializer_list>
#include <string>
#include <string_view>

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

}  // namespace umbra::test
