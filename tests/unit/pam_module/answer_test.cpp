// From what is typed to what is sent.
#include "pam_module/answer.hpp"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/field_cursors.hpp"

namespace umbra {
namespace {

std::string sent(std::string_view typed) {
  Answer answer;
  to_answer(typed, answer);
  return std::string(test::text(answer.view()));
}

TEST(ToAnswer, KeepsWhatFitsAndDropsSpaceAround) {
  EXPECT_EQ(sent("123456"), "123456");
  EXPECT_EQ(sent("  123456\r\n"), "123456");
  EXPECT_EQ(sent("AB12-CD34"), "AB12-CD34");
  EXPECT_EQ(sent("123 456"), "123 456");
  EXPECT_EQ(sent("\xd9\xa1\xd9\xa2"), "\xd9\xa1\xd9\xa2") << "other alphabets are for the daemon to refuse";
  EXPECT_EQ(sent(""), "");
  EXPECT_EQ(sent(" \t "), "");
}

TEST(ToAnswer, LimitIsThatOfTheWire) {
  const std::string full(wire::kMaxAnswer, '1');
  EXPECT_EQ(sent(full), full);
  EXPECT_EQ(sent(" " + full + " "), full);
  EXPECT_EQ(sent(full + "1"), wire::kMalformedAnswer);
  EXPECT_EQ(sent(std::string(1 << 20, '1')), wire::kMalformedAnswer);
}

TEST(ToAnswer, EveryControlByteInsideIsMalformed) {
  for (int c = 0; c < 256; ++c) {
    const std::string typed = std::string("123") + static_cast<char>(c) + "456";
    const bool control = c < 0x20 || c == 0x7f;
    EXPECT_EQ(sent(typed), control ? std::string(wire::kMalformedAnswer) : typed) << c;
  }
  EXPECT_EQ(sent(std::string_view("\0", 1)), wire::kMalformedAnswer);
}

TEST(ToAnswer, JunkOfSshdBecomesItsPrefix) {
  const std::string junk = "\b\n\r\177INCORRECT\b\n\r\177INC";
  EXPECT_EQ(sent(junk), wire::kJunkAnswer);
  EXPECT_EQ(sent("\b\n\r\177" + std::string(100000, 'x')), wire::kJunkAnswer);
  EXPECT_EQ(sent(" " + junk), wire::kMalformedAnswer) << "only where it comes first";
}

struct Cut {
  std::string password, code;
  bool operator==(const Cut&) const = default;
};
void PrintTo(const Cut& cut, std::ostream* out) { *out << '"' << cut.password << "\" + \"" << cut.code << '"'; }

Cut cut(const std::string& text, unsigned digits = 6) {
  Typed typed = Typed::copy_of(text.c_str());
  Answer answer;
  cut_off_code(typed, digits, answer);
  return {typed.c_str(), std::string(test::text(answer.view()))};
}

TEST(CutOffCode, TakesTheLastDigits) {
  EXPECT_EQ(cut("secret123456"), (Cut{"secret", "123456"}));
  EXPECT_EQ(cut("9876543210123456"), (Cut{"9876543210", "123456"})) << "a password of digits stays whole";
  EXPECT_EQ(cut("secret12345678", 8), (Cut{"secret", "12345678"}));
  EXPECT_EQ(cut("pass word 123456"), (Cut{"pass word ", "123456"}));
  EXPECT_EQ(cut("secret123456 \n"), (Cut{"secret", "123456"}));
  EXPECT_EQ(cut("123456"), (Cut{"", "123456"}));
}

TEST(CutOffCode, TakesABackupCode) {
  EXPECT_EQ(cut("secretAB12-cd34"), (Cut{"secret", "AB12-cd34"}));
  EXPECT_EQ(cut("my-secret-123456"), (Cut{"my-secret-", "123456"}));
  EXPECT_EQ(cut("a-123456"), (Cut{"a-", "123456"})) << "hyphen and six digits are no backup code";
  EXPECT_EQ(cut("AB12-CD34"), (Cut{"", "AB12-CD34"}));
  EXPECT_EQ(cut("pass\xc3\xa4-CD34"), (Cut{"pass\xc3\xa4-CD34", ""}));
}

TEST(CutOffCode, LeavesAPasswordWithoutACodeAlone) {
  EXPECT_EQ(cut("secret"), (Cut{"secret", ""}));
  EXPECT_EQ(cut("secret12345"), (Cut{"secret12345", ""}));
  EXPECT_EQ(cut("12345"), (Cut{"12345", ""}));
  EXPECT_EQ(cut("secret123456", 8), (Cut{"secret123456", ""}));
  EXPECT_EQ(cut("trailing "), (Cut{"trailing ", ""}));
  EXPECT_EQ(cut(""), (Cut{"", ""}));
  EXPECT_EQ(cut("\b\n\r\177INCORRECT123456"), (Cut{"\b\n\r\177INCORRECT123456", "\b\n\r\177"}));
}

TEST(CutOffCode, OverwritesTheCode) {
  char* text = strdup("secret123456");
  Typed typed(text);
  Answer answer;
  cut_off_code(typed, 6, answer);
  EXPECT_EQ(std::string(text, 13), std::string("secret\0\0\0\0\0\0\0", 13));
}

TEST(LooksLikeCode, CodesAndBackupCodesAlone) {
  EXPECT_TRUE(looks_like_code("123456", 6));
  EXPECT_TRUE(looks_like_code(" 123456 ", 6));
  EXPECT_TRUE(looks_like_code("AB12-CD34", 6));
  for (const char* text : {"", " ", "12345", "1234567", "secret123456", "AB12CD34", "AB12-CD345", "12345a"})
    EXPECT_FALSE(looks_like_code(text, 6)) << text;
}

TEST(Typed, NullIsEmpty) {
  Typed typed;
  EXPECT_EQ(typed.view(), "");
  EXPECT_STREQ(typed.c_str(), "");
  typed.cut(0);
  typed.take(strdup("x"));
  EXPECT_EQ(typed.view(), "x");
  typed.take(nullptr);
  EXPECT_EQ(typed.view(), "");
}

}  // namespace
}  // namespace umbra
