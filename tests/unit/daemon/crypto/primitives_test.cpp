// The wrappers of libargon2 and libsodium against values that others computed.
#include <gtest/gtest.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <set>
#include <string>

#include "daemon/crypto/argon2.hpp"
#include "daemon/crypto/openssl.hpp"
#include "daemon/crypto/sodium.hpp"
#include "tests/support/field_cursors.hpp"
#include "tests/support/hex.hpp"

namespace umbra {
namespace {

using test::bytes;
using test::hex;

std::array<std::uint8_t, argon2::kSaltSize> salt() {
  std::array<std::uint8_t, argon2::kSaltSize> salt{};
  std::iota(salt.begin(), salt.end(), std::uint8_t{0});
  return salt;
}

// Computed with libsodium's crypto_pwhash (Argon2id13, opslimit 2, memlimit 19456 KiB), salt 00 01 .. 0f.
TEST(Argon2, KnownAnswers) {
  const struct {
    std::string_view password;
    const char* hash;
  } table[] = {
      {"ABCDEFGH", "5b38195ad713db24620b384e230529cc5f2062c1421ff5c1176755be60088c49"},
      {"K7Q2M9XZ", "f8d6745b49713ff3ddaa4ce60d73331f460c0e9c3de2c7d7d8611db52a3068a7"},
      {"", "31548c3f7ac123313b17ce8558728d7a646713a864818d8ed9bb99771b7b1a4c"},
  };
  for (const auto& row : table) {
    std::array<std::uint8_t, argon2::kHashSize> hash{};
    ASSERT_TRUE(argon2::id(row.password, salt(), hash));
    EXPECT_EQ(hex(hash), row.hash) << row.password;
  }
}

TEST(Argon2, AgreesWithLibsodium) {
  std::array<std::uint8_t, argon2::kSaltSize> fresh{};
  sodium::random(fresh);
  std::array<std::uint8_t, argon2::kHashSize> ours{}, theirs{};
  ASSERT_TRUE(argon2::id("Z9Y8X7W6", fresh, ours));
  ASSERT_EQ(crypto_pwhash(theirs.data(), theirs.size(), "Z9Y8X7W6", 8, fresh.data(), 2, std::size_t{19456} * 1024,
                          crypto_pwhash_ALG_ARGON2ID13),
            0);
  EXPECT_EQ(hex(ours), hex(theirs));
}

TEST(Argon2, OtherSizesAreRefusedAndLeaveNothing) {
  std::array<std::uint8_t, 64> room{};
  room.fill(0xEE);
  EXPECT_FALSE(argon2::id("ABCDEFGH", salt(), room));
  EXPECT_EQ(room, (std::array<std::uint8_t, 64>{}));
  std::array<std::uint8_t, argon2::kHashSize> hash{};
  EXPECT_FALSE(argon2::id("ABCDEFGH", Bytes(salt()).first(8), hash));
}

TEST(Sodium, Equal) {
  const struct {
    std::string_view a, b;
    bool equal;
  } table[] = {{"", "", true},
               {"a", "a", true},
               {"a", "b", false},
               {"ab", "a", false},
               {"a", "", false},
               {"abcdefgh", "abcdefgi", false},
               {"abcdefgh", "bbcdefgh", false}};
  for (const auto& row : table)
    EXPECT_EQ(sodium::equal(bytes(row.a), bytes(row.b)), row.equal) << row.a << " " << row.b;
}

TEST(Sodium, RandomBelow) {
  std::set<std::uint32_t> seen;
  for (int i = 0; i < 2000; ++i) seen.insert(sodium::random_below(36));
  EXPECT_EQ(seen.size(), 36U);
  EXPECT_EQ(*seen.rbegin(), 35U);
}

TEST(Sodium, RandomFillsAll) {
  std::array<std::uint8_t, 64> one{}, two{};
  sodium::random(one);
  sodium::random(two);
  EXPECT_NE(one, two);
  EXPECT_TRUE(std::any_of(one.end() - 16, one.end(), [](std::uint8_t byte) { return byte != 0; }));
}

using Decoder = std::optional<std::size_t>(std::string_view in, std::span<std::uint8_t> out) noexcept;

class Base64url : public testing::TestWithParam<Decoder*> {};

TEST_P(Base64url, TakesWhatAnEncoderWritesAlone) {
  const struct {
    std::string_view plain, text;
  } table[] = {{"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foobar", "Zm9vYmFy"}, {"\xFB\xFF", "-_8="}};
  for (const auto& row : table) {
    std::string text(sodium::base64url_size(row.plain.size()) + 1, '\0');
    sodium::encode_base64url(bytes(row.plain), text);
    text.pop_back();
    EXPECT_EQ(text, row.text);
    EXPECT_EQ(openssl::encode_base64url(bytes(row.plain)), row.text);
    std::array<std::uint8_t, 16> back{};
    const auto size = GetParam()(row.text, back);
    ASSERT_TRUE(size.has_value()) << row.text;
    EXPECT_EQ(test::text(Bytes(back).first(*size)), row.plain);
  }
  for (const std::string_view bad : {"Zg", "Zg=", "Zh==", "Zm9=", "Zm8", "Zm9v=", "Z", "=", "====", "Z===", "Zm 9v",
                                     "Zm9v\n", "+/8=", "Zg==Zg==", "Zm9\xFF", "=m9v"}) {
    std::array<std::uint8_t, 16> back{};
    EXPECT_FALSE(GetParam()(bad, back).has_value()) << bad;
  }
  std::array<std::uint8_t, 2> small{};
  EXPECT_FALSE(GetParam()("Zm9v", small).has_value());
}

TEST_P(Base64url, OfEverySize) {
  std::vector<std::uint8_t> plain;
  for (std::size_t size = 1; size < 800; ++size) {
    plain.push_back(static_cast<std::uint8_t>(size * 37));
    std::string text(sodium::base64url_size(size) + 1, '\0');
    sodium::encode_base64url(plain, text);
    text.pop_back();
    EXPECT_EQ(openssl::encode_base64url(plain), text);
    std::vector<std::uint8_t> back(size);
    ASSERT_EQ(GetParam()(text, back), size);
    EXPECT_EQ(back, plain);
    EXPECT_FALSE(GetParam()(text, std::span(back).first(size - 1)).has_value()) << size;
    text[text.size() / 2] = '*';
    EXPECT_FALSE(GetParam()(text, back).has_value()) << size;
  }
}

INSTANTIATE_TEST_SUITE_P(Both, Base64url, testing::Values(&sodium::decode_base64url, &openssl::decode_base64url));

TEST(Sodium, LockedMemoryHoldsWhatIsPutThere) {
  const auto memory = sodium::locked_memory(4096);
  std::fill_n(memory.get(), 4096, std::uint8_t{7});
  EXPECT_EQ(memory[4095], 7);
}

// RFC 4231 test case 2; RFC 2202 test case 2 for SHA-1.
TEST(Openssl, Hmac) {
  const struct {
    openssl::Digest digest;
    const char* mac;
  } table[] = {
      {openssl::Digest::sha1, "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"},
      {openssl::Digest::sha256, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
      {openssl::Digest::sha512,
       "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4"
       "b"
       "636e070a38bce737"},
  };
  for (const auto& row : table) {
    const openssl::Hmac mac(row.digest, bytes("Jefe"));
    std::array<std::uint8_t, openssl::kMaxDigestSize> out{};
    for (int round = 0; round < 2; ++round) {  // the prepared key serves more than once
      const std::size_t size = mac(bytes("what do ya want for nothing?"), out);
      EXPECT_EQ(hex(Bytes(out).first(size)), row.mac);
    }
  }
}

TEST(Openssl, HmacWithAnEmptyKeyIsNotTheKeyBefore) {
  const openssl::Hmac before(openssl::Digest::sha256, bytes("Jefe"));
  const openssl::Hmac empty(openssl::Digest::sha256, Bytes());
  std::array<std::uint8_t, openssl::kMaxDigestSize> out{};
  empty(Bytes(), out);
  EXPECT_EQ(hex(Bytes(out).first(32)), "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

}  // namespace
}  // namespace umbra
