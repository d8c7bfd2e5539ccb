// One user who types, for tests of verify_and_burn: each answer has a request id of its own.
#pragma once

#include "tests/support/records.hpp"

namespace umbra::test {

struct Login {
  Record record = enrolled();
  Rules rules;
  std::int64_t now = kNow;
  std::uint64_t next_id = 1000;

  [[nodiscard]] std::string code(int offset = 0) const { return code_text(*record.active, now, offset); }
  [[nodiscard]] std::string wrong() const { return wrong_code(*record.active, now); }

  Decision judge(const Attempt& attempt) { return verify_and_burn(record, attempt, rules); }
  Decision type(std::string_view answer) { return judge(attempt(answer, now, next_id++)); }
  bool accepts(std::string_view answer) { return type(answer).verdict == Verdict::accepted; }
  // Why it was refused; unspecified where it was not.
  wire::Reason refusal(std::string_view answer) {
    const Decision decision = type(answer);
    return decision.verdict == Verdict::refused ? decision.reason : wire::Reason::unspecified;
  }
  [[nodiscard]] unsigned failures() const { return record.lockout.recent_count; }
  void lock() {
    for (unsigned i = 0; i < rules.lockout.failures; ++i) type(wrong());
  }

  // Ten backup codes whose hashes nobody computed: settle() says which one was typed.
  void give_backup_codes() {
    record.backup.salt.fill(0xB0);
    record.backup.codes.assign(10, {});
    for (std::size_t i = 0; i < 10; ++i) record.backup.codes[i].hash[0] = static_cast<std::uint8_t>(i + 1);
  }
  // A bypass code of an hour, whose hash nobody computed either.
  void give_bypass(std::int64_t valid = 3600) {
    BypassCode& bypass = record.bypass.emplace();
    bypass.hash[0] = 0xBB;
    bypass.since = now;
    bypass.until = now + valid;
  }
  Decision settle_bypass(const Attempt& attempt) {
    BackupHash hash{};
    hash[0] = 0xBB;
    return settle_backup_code(record, attempt, rules, hash);
  }
  Decision settle(const Attempt& attempt, std::optional<std::size_t> match) {
    return settle_backup_code(record, attempt, rules,
                              match ? std::optional(record.backup.codes[*match].hash) : std::nullopt);
  }
};

}  // namespace umbra::test
