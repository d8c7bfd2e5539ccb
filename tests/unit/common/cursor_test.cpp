#include "common/cursor.hpp"

#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <vector>

namespace umbra {
namespace {

using Buffer = std::array<std::uint8_t, 64>;

TEST(Writer, IntegersAreLittleEndian) {
  Buffer out{};
  Writer w(out);
  w.field(std::uint8_t{0x01});
  w.field(std::uint16_t{0x0203});
  w.field(std::uint32_t{0x04050607});
  w.field(std::uint64_t{0x08090A0B0C0D0E0F});
  w.field(std::int64_t{-2});
  w.field(true);
  w.field(false);
  const std::vector<std::uint8_t> expected = {0x01, 0x03, 0x02, 0x07, 0x06, 0x05, 0x04, 0x0F, 0x0E,
                                              0x0D, 0x0C, 0x0B, 0x0A, 0x09, 0x08, 0xFE, 0xFF, 0xFF,
                                              0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01, 0x00};
  ASSERT_TRUE(w.ok());
  EXPECT_EQ(std::vector<std::uint8_t>(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(w.size())), expected);
}

TEST(Writer, TextCarriesItsLength) {
  Buffer out{};
  Writer w(out);
  w.field(std::string_view("abc"), 3);
  ASSERT_EQ(w.size(), 5U);
  EXPECT_EQ(out[0], 3);
  EXPECT_EQ(out[1], 0);
  EXPECT_EQ(out[2], 'a');
}

TEST(Writer, TextLongerThanItsLimitFails) {
  Buffer out{};
  Writer w(out);
  w.field(std::string_view("abcd"), 3);
  EXPECT_FALSE(w.ok());
  EXPECT_EQ(w.size(), 0U);
}

TEST(Writer, TextLongerThanItsLengthFieldFails) {
  std::vector<std::uint8_t> out(100'000);
  const std::string text(65'536, 'x');
  Writer w(out);
  w.field(std::string_view(text), 90'000);
  EXPECT_FALSE(w.ok());
}

TEST(Writer, FailureSticksAndWritesNoMore) {
  std::array<std::uint8_t, 3> out{};
  Writer w(out);
  w.field(std::uint32_t{0xFFFFFFFF});
  ASSERT_FALSE(w.ok());
  w.field(std::uint8_t{0xEE});
  EXPECT_FALSE(w.ok());
  EXPECT_EQ(w.size(), 0U);
  EXPECT_EQ(out, (std::array<std::uint8_t, 3>{}));
}

TEST(Reader, ExtremesComeBack) {
  for (const std::int64_t value : {std::numeric_limits<std::int64_t>::min(), std::int64_t{-1}, std::int64_t{0},
                                   std::numeric_limits<std::int64_t>::max()}) {
    Buffer out{};
    Writer w(out);
    w.field(value);
    Reader r(Bytes(out.data(), w.size()));
    std::int64_t got = 1;
    r.field(got);
    EXPECT_TRUE(r.ok() && r.at_end());
    EXPECT_EQ(got, value);
  }
}

TEST(Reader, OnlyZeroAndOneAreBooleans) {
  for (unsigned byte = 0; byte < 256; ++byte) {
    const std::uint8_t in[] = {static_cast<std::uint8_t>(byte)};
    Reader r(in);
    bool value = true;
    r.field(value);
    EXPECT_EQ(r.ok(), byte < 2) << byte;
    EXPECT_EQ(value, byte == 1) << byte;
  }
}

TEST(Reader, LengthBeyondTheEndFails) {
  const std::uint8_t in[] = {4, 0, 'a', 'b', 'c'};
  Reader r(in);
  std::string_view value = "before";
  r.field(value, 100);
  EXPECT_FALSE(r.ok());
  EXPECT_TRUE(value.empty());
}

TEST(Reader, LengthAboveTheLimitFails) {
  const std::uint8_t in[] = {3, 0, 'a', 'b', 'c'};
  Reader r(in);
  Bytes value;
  r.field(value, 2);
  EXPECT_FALSE(r.ok());
  EXPECT_TRUE(value.empty());
}

TEST(Reader, FailureSticks) {
  const std::uint8_t in[] = {1, 2, 3};
  Reader r(in);
  std::uint32_t cut = 9;
  r.field(cut);
  ASSERT_FALSE(r.ok());
  EXPECT_EQ(cut, 0U);
  std::uint8_t there = 9;
  r.field(there);
  EXPECT_FALSE(r.ok());
  EXPECT_EQ(there, 0U) << "nothing is read behind a failure, though bytes are left";
  std::string_view text = "before";
  r.field(text, 10);
  EXPECT_TRUE(text.empty());
  EXPECT_EQ(r.left(), 0U);
}

TEST(Reader, FailIsAFailureLikeAnyOther) {
  const std::uint8_t in[] = {1};
  Reader r(in);
  r.fail();
  std::uint8_t value = 9;
  r.field(value);
  EXPECT_FALSE(r.ok());
  EXPECT_EQ(value, 0U);
}

TEST(Reader, LeftAndEnd) {
  const std::uint8_t in[] = {1, 2};
  Reader r(in);
  std::uint8_t value = 0;
  EXPECT_EQ(r.left(), 2U);
  r.field(value);
  EXPECT_EQ(r.left(), 1U);
  EXPECT_FALSE(r.at_end());
  r.field(value);
  EXPECT_TRUE(r.at_end());
}

TEST(Reader, EmptyInputIsAtItsEndAndHoldsNothing) {
  Reader r(Bytes{});
  EXPECT_TRUE(r.at_end());
  std::uint8_t value = 9;
  r.field(value);
  EXPECT_FALSE(r.ok());
}

}  // namespace
}  // namespace umbra
