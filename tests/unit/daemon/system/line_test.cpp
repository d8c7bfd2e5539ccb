#include "daemon/system/line.hpp"

#include <gtest/gtest.h>

#include <string>

namespace umbra {
namespace {

std::string escaped(std::string_view text, std::size_t limit = 1000) {
  std::string room(4096, '#');
  LineWriter out(room);
  out.escaped(text, limit);
  return std::string(out.view());
}

std::string value(std::string_view text) {
  std::string room(4096, '#');
  LineWriter out(room);
  out.value(text, 1000);
  return std::string(out.view());
}

using namespace std::string_view_literals;

struct Case {
  std::string_view text, shown;
};

TEST(Line, KeepsWhatCanBeRead) {
  for (const std::string_view text :
       {"alice", "EXAMPLE\\alice", "a b=\"c\"", "J\u00fcrgen", "\u65e5\u672c", "\U0001f511", "\u00a0", "\u2027",
        "\u202f", "\u2065", "\u206a", "\U0010ffff", "\ud7ff", "\ue000"})
    EXPECT_EQ(escaped(text), text);
}

TEST(Line, EscapesWhatBreaksOutOrDeceives) {
  for (const auto& [text, shown] :
       std::initializer_list<Case>{{"a\nb", "a\\x0ab"},
                                   {"a\r\tb\x1b[31m", "a\\x0d\\x09b\\x1b[31m"},
                                   {"\0"sv, "\\x00"},
                                   {"\x7f", "\\x7f"},
                                   {"\xc2\x9b", "\\xc2\\x9b"},                    // C1: CSI of a terminal
                                   {"\xe2\x80\xae", "\\xe2\\x80\\xae"},           // U+202E turns the line around
                                   {"\xe2\x80\xa8", "\\xe2\\x80\\xa8"},           // U+2028 line separator
                                   {"\xe2\x81\xa6", "\\xe2\\x81\\xa6"},           // U+2066 isolate
                                   {"\xe2\x80\x8f", "\\xe2\\x80\\x8f"},           // U+200F right-to-left mark
                                   {"\x80", "\\x80"},                             // no lead byte
                                   {"\xff\xfe", "\\xff\\xfe"},                    //
                                   {"\xc3", "\\xc3"},                             // cut short
                                   {"\xc3(", "\\xc3("},                           // not continued
                                   {"\xc0\xaf", "\\xc0\\xaf"},                    // overlong '/'
                                   {"\xe0\x80\xaf", "\\xe0\\x80\\xaf"},           // overlong
                                   {"\xf0\x80\x80\xaf", "\\xf0\\x80\\x80\\xaf"},  // overlong
                                   {"\xed\xa0\x80", "\\xed\\xa0\\x80"},           // surrogate
                                   {"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"},  // beyond U+10FFFF
                                   {"\xf5\x80\x80\x80", "\\xf5\\x80\\x80\\x80"}})
    EXPECT_EQ(escaped(text), shown);
}

TEST(Line, CutsAtItsLimitAndSaysSo) {
  EXPECT_EQ(escaped("abcdef", 6), "abcdef");
  EXPECT_EQ(escaped("abcdefg", 6), "abc...");
  EXPECT_EQ(escaped("ab\n\n\n", 8), "ab...") << "no half of an escape";
  EXPECT_EQ(escaped("ab\u65e5\u65e5\u65e5", 8), "ab\u65e5...") << "no half of a character";
  EXPECT_EQ(escaped(std::string(100'000, '\n'), 100).size(), 99U);
}

TEST(Line, NeverLeavesItsRoom) {
  std::string room(20, '#');
  LineWriter out(std::span<char>(room).first(10));
  out.plain("12345");
  out.escaped(std::string(50, 'x'), 40);
  out.plain("y");
  EXPECT_EQ(out.view(), "12345xxxxx");
  EXPECT_EQ(room.substr(10), "##########");
}

TEST(Line, QuotesValuesThatAreMoreThanAWord) {
  EXPECT_EQ(value("alice"), "alice");
  EXPECT_EQ(value("user@example.org"), "user@example.org");
  EXPECT_EQ(value("2001:db8::1"), "2001:db8::1");
  EXPECT_EQ(value(""), "\"\"");
  EXPECT_EQ(value("x verdict=accepted"), "\"x verdict=accepted\"");
  EXPECT_EQ(value("a\" verdict=\"b"), "\"a\\\" verdict=\\\"b\"");
  EXPECT_EQ(value("D\\a"), "\"D\\\\a\"");
  EXPECT_EQ(value("end\\"), "\"end\\\\\"");
  EXPECT_EQ(value("a\nb"), "\"a\\x0ab\"");
}

}  // namespace
}  // namespace umbra
