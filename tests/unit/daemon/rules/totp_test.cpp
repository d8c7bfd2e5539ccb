#include "daemon/rules/totp.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

#include "tests/support/field_cursors.hpp"

namespace umbra {
namespace {

using test::bytes;
using wire::Algorithm;

constexpr std::string_view kSeed20 = "12345678901234567890";

// RFC 4226 Appendix D: the secret is the ASCII string "12345678901234567890".
constexpr struct {
  std::uint64_t count;
  const char* hmac;
  std::uint32_t truncated, hotp;
} kAppendixD[] = {
    {0, "cc93cf18508d94934c64b65d8ba7667fb7cde4b0", 1284755224, 755224},
    {1, "75a48a19d4cbe100644e8ac1397eea747a2d33ab", 1094287082, 287082},
    {2, "0bacb7fa082fef30782211938bc1c5e70416ff44", 137359152, 359152},
    {3, "66c28227d03a2d5529262ff016a1e6ef76557ece", 1726969429, 969429},
    {4, "a904c900a64b35909874b33e61c5938a8e15ed1c", 1640338314, 338314},
    {5, "a37e783d7b7233c083d4f62926c7a25f238d0316", 868254676, 254676},
    {6, "bc9cd28561042c83f219324d3c607256c03272ae", 1918287922, 287922},
    {7, "a4fb960c0bc06e1eabb804e5b397cdc4b45596fa", 82162583, 162583},
    {8, "1b3c89f65e6c9e883012052823443f048b4332db", 673399871, 399871},
    {9, "1637409809a679dc698207310c8c7fc07290d9e5", 645520489, 520489},
};

TEST(Hotp, Rfc4226AppendixD) {
  const Hotp six(Algorithm::sha1, bytes(kSeed20), 6);
  const Hotp seven(Algorithm::sha1, bytes(kSeed20), 7);
  const Hotp eight(Algorithm::sha1, bytes(kSeed20), 8);
  for (const auto& row : kAppendixD) {
    EXPECT_EQ(six(row.count), row.hotp) << row.count;
    EXPECT_EQ(seven(row.count), row.truncated % 10'000'000) << row.count;
    EXPECT_EQ(eight(row.count), row.truncated % 100'000'000) << row.count;
  }
}

TEST(Hotp, Rfc4226AppendixDIntermediateHmac) {
  for (const auto& row : kAppendixD) {
    const std::array<std::uint8_t, 8> counter = {0, 0, 0, 0, 0, 0, 0, static_cast<std::uint8_t>(row.count)};
    std::array<std::uint8_t, openssl::kMaxDigestSize> out{};
    ASSERT_EQ(openssl::hmac(openssl::Digest::sha1, bytes(kSeed20), counter, out), 20U);
    std::string hex;
    for (std::size_t i = 0; i < 20; ++i) {
      char pair[3];
      std::snprintf(pair, sizeof pair, "%02x", out[i]);
      hex += pair;
    }
    EXPECT_EQ(hex, row.hmac) << row.count;
  }
}

TEST(Hotp, CounterUsesAllEightBytes) {
  const Hotp hotp(Algorithm::sha1, bytes(kSeed20), 8);
  EXPECT_NE(hotp(1), hotp((std::uint64_t{1} << 32) + 1));
  EXPECT_NE(hotp(1), hotp((std::uint64_t{1} << 56) + 1));
}

// RFC 6238 Appendix B, with the seeds of its reference implementation: as long as the hash.
TEST(Totp, Rfc6238AppendixB) {
  const std::string seed32 = "12345678901234567890123456789012";
  const std::string seed64 = "1234567890123456789012345678901234567890123456789012345678901234";
  const struct {
    std::int64_t time;
    std::uint64_t step;
    std::uint32_t sha1, sha256, sha512;
  } table[] = {
      {59, 0x1, 94287082, 46119246, 90693936},
      {1111111109, 0x23523EC, 7081804, 68084774, 25091201},
      {1111111111, 0x23523ED, 14050471, 67062674, 99943326},
      {1234567890, 0x273EF07, 89005924, 91819424, 93441116},
      {2000000000, 0x3F940AA, 69279037, 90698825, 38618901},
      {20000000000, 0x27BC86AA, 65353130, 77737706, 47863826},
  };
  for (const auto& row : table) {
    const std::uint64_t step = time_step(row.time, 30);
    EXPECT_EQ(step, row.step) << row.time;
    EXPECT_EQ(Hotp(Algorithm::sha1, bytes(kSeed20), 8)(step), row.sha1) << row.time;
    EXPECT_EQ(Hotp(Algorithm::sha256, bytes(seed32), 8)(step), row.sha256) << row.time;
    EXPECT_EQ(Hotp(Algorithm::sha512, bytes(seed64), 8)(step), row.sha512) << row.time;
  }
}

TEST(Totp, TimeStep) {
  const struct {
    std::int64_t time;
    std::uint32_t period;
    std::uint64_t step;
  } table[] = {
      {0, 30, 0},        {29, 30, 0}, {30, 30, 1},         {59, 60, 0},        {60, 60, 1},
      {7, 1, 7},         {-1, 30, 0}, {-1'000'000, 30, 0}, {INT64_MIN, 30, 0}, {4294967296, 30, 143165576},
      {86400, 86400, 1}, {100, 0, 0},
  };
  for (const auto& row : table) EXPECT_EQ(time_step(row.time, row.period), row.step) << row.time << "/" << row.period;
}

}  // namespace
}  // namespace umbra
