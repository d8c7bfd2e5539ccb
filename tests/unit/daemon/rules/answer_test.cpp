#include "daemon/rules/answer.hpp"

#include <gtest/gtest.h>

#include <string>

namespace umbra {
namespace {

using namespace std::string_literals;

std::string backup_of(const Answer& answer) {
  return {reinterpret_cast<const char*>(answer.backup_code.view().data()), answer.backup_code.size()};
}

TEST(Answer, Codes) {
  const struct {
    std::string typed;
    std::uint32_t code;
    unsigned digits;
  } table[] = {
      {"123456", 123456, 6},        {"000000", 0, 6},          {"0123456", 123456, 7},
      {"99999999", 99999999, 8},    {" 123456", 123456, 6},    {"123456 ", 123456, 6},
      {"\t 123456\r\n", 123456, 6}, {"\v\f123456", 123456, 6}, {"      000007      ", 7, 6},
  };
  for (const auto& row : table) {
    const Answer answer = parse_answer(row.typed);
    ASSERT_TRUE(answer.code.has_value()) << row.typed;
    EXPECT_EQ(*answer.code, row.code) << row.typed;
    EXPECT_EQ(answer.digits, row.digits) << row.typed;
    EXPECT_FALSE(answer.free_of_charge) << row.typed;
  }
}

TEST(Answer, NoCodes) {
  const std::string table[] = {
      "12345",
      "123456789",
      "12345a",
      "a12345",
      "123 456",
      "123-456",
      "+12345",
      "-12345",
      "0x1234",
      "12345.",
      "1e5000",
      "123456\0"s,
      "\0123456"s,
      "123\000456"s,
      "1234567890123456789012345678901234567890",
      "\xD9\xA1\xD9\xA2\xD9\xA3\xD9\xA4\xD9\xA5\xD9\xA6",                          // Arabic digits
      "\xEF\xBC\x91\xEF\xBC\x92\xEF\xBC\x93\xEF\xBC\x94\xEF\xBC\x95\xEF\xBC\x96",  // full width
      "\xC2\xA0\x31\x32\x33\x34\x35\x36",                                          // no-break space
      "\xFF\xFF\xFF\xFF\xFF\xFF",
      "?",
      "password",
      "123456\x1B",
      "\x08\x31\x32\x33\x34\x35\x36",
  };
  for (const auto& typed : table) {
    const Answer answer = parse_answer(typed);
    EXPECT_FALSE(answer.code.has_value()) << typed;
    EXPECT_FALSE(answer.free_of_charge) << "it counts: " << typed;
  }
}

TEST(Answer, BackupCodes) {
  const struct {
    std::string typed, code;
  } table[] = {
      {"ABCD-EFGH", "ABCDEFGH"},       {"ABCDEFGH", "ABCDEFGH"},     {"abcd-efgh", "ABCDEFGH"},
      {"aBcD eFgH", "ABCDEFGH"},       {" A1B2-C3D4\n", "A1B2C3D4"}, {"A-B-C-D-E-F-G-H", "ABCDEFGH"},
      {"--ABCD--EFGH--", "ABCDEFGH"},  {"1234-5678", "12345678"},    {"12345678", "12345678"},
      {"1 2 3 4 5 6 7 8", "12345678"}, {"zzzz-9999", "ZZZZ9999"},
  };
  for (const auto& row : table) EXPECT_EQ(backup_of(parse_answer(row.typed)), row.code) << row.typed;
}

TEST(Answer, NoBackupCodes) {
  const std::string table[] = {"",
                               "ABCD-EFG",
                               "ABCD-EFGHI",
                               "ABCD_EFGH",
                               "ABCD-EFG\xC3\x84",
                               "ABCD\0EFGH"s,
                               "ABCD-EFGH\0"s,
                               "ABCD/EFGH",
                               "\xC5\xBF"
                               "BCDEFGH",
                               "ABCDEFG@",
                               "ABCDEFG[",
                               "ABCDEFG`",
                               "ABCDEFG{",
                               "ABCDEFG:",
                               "ABCDEFG/",
                               "--------"};
  for (const auto& typed : table) EXPECT_TRUE(parse_answer(typed).backup_code.empty()) << typed;
}

TEST(Answer, EightDigitsMayBeEither) {
  const Answer answer = parse_answer("12345678");
  EXPECT_EQ(answer.code, 12345678U);
  EXPECT_EQ(backup_of(answer), "12345678");
  EXPECT_FALSE(parse_answer("1234-5678").code.has_value());
  EXPECT_TRUE(parse_answer("123456").backup_code.empty());
}

TEST(Answer, WhatNobodyTypedIsFree) {
  for (const auto& typed : {""s, " "s, "\t\r\n\v\f "s, "\b\n\r\177"s, "\b\n\r\177INCORRECT"s})
    EXPECT_TRUE(parse_answer(typed).free_of_charge) << typed.size();
  for (const auto& typed : {"\0"s, "?"s, "\b"s, "\b\n\r"s, "x\b\n\r\177"s, "0"s})
    EXPECT_FALSE(parse_answer(typed).free_of_charge) << typed.size();
}

}  // namespace
}  // namespace umbra
