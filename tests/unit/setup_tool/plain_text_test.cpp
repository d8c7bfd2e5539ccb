#include "setup_tool/plain_text.hpp"

#include <gtest/gtest.h>

#include <set>

namespace umbra {
namespace {

TEST(Printable, LeavesNothingThatSteersATerminal) {
  EXPECT_EQ(printable("alice ~"), "alice ~");
  EXPECT_EQ(printable("a\x1b[31m\n\x7f\xc2\x9b"), "a?[31m????");
}

TEST(UtcTime, IsRfc3339) {
  EXPECT_EQ(utc_time(0), "1970-01-01T00:00:00Z");
  EXPECT_EQ(utc_time(1'000'000'000), "2001-09-09T01:46:40Z");
  EXPECT_EQ(utc_time(2'147'483'648), "2038-01-19T03:14:08Z");
  EXPECT_EQ(utc_time(253'402'300'799), "9999-12-31T23:59:59Z");
}

TEST(UtcTime, HasNoWordForOtherCenturies) {
  EXPECT_EQ(utc_time(253'402'300'800), std::nullopt);
  EXPECT_EQ(utc_time(INT64_MAX), std::nullopt);
  EXPECT_EQ(utc_time(-1), std::nullopt);
}

TEST(ReasonWord, IsTheAuditLogsWord) {
  EXPECT_EQ(reason_word(0), "");
  EXPECT_EQ(reason_word(1), "wrong_code");
  EXPECT_EQ(reason_word(2), "replayed");
  EXPECT_EQ(reason_word(3), "locked");
  EXPECT_EQ(reason_word(4), "suspended");
  EXPECT_EQ(reason_word(5), "malformed");
  EXPECT_EQ(reason_word(6), "not_enrolled");
  EXPECT_EQ(reason_word(7), "unknown_user");
  EXPECT_EQ(reason_word(8), "spent_challenge");
  EXPECT_EQ(reason_word(9), "wrong_password");
  EXPECT_EQ(reason_word(10), "source_locked");
  EXPECT_EQ(reason_word(11), "not_permitted");
  EXPECT_EQ(reason_word(12), "must_enrol");
  EXPECT_EQ(reason_word(13), "exempt");
  EXPECT_EQ(reason_word(14), "backup_code");
  EXPECT_EQ(reason_word(15), "bypass");
  EXPECT_EQ(reason_word(16), "");
}

TEST(RefusalLine, SaysSomethingElseForEachReasonThatRootHears) {
  std::set<std::string> lines;
  for (std::uint8_t reason = 0; reason <= 5; ++reason) {
    const std::string line = refusal_line(reason, "ali\nce");
    EXPECT_EQ(line.rfind("refused: ", 0), 0U) << line;
    EXPECT_EQ(line.find('\n'), std::string::npos) << line;
    lines.insert(line);
  }
  EXPECT_EQ(lines.size(), 6U);
}

TEST(PlausibleCode, IsWhatTheDaemonTakesForOne) {
  for (const char* code : {"123456", "1234567", "12345678", " 123456\n", "ABCD-1234", "abcd1234", "ab cd-12 34"})
    EXPECT_TRUE(plausible_code(code)) << code;
  for (const char* word :
       {"", "alice", "12345", "123456789", "12345a", "ABCD-123", "ABCD-12345", "ABCD_1234", "ABCDEF\xc3\xbc"})
    EXPECT_FALSE(plausible_code(word)) << word;
}

}  // namespace
}  // namespace umbra
