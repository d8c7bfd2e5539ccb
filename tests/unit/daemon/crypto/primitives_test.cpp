// The wrappers of libargon2 and libsodium against values that others computed.
#include <gtest/gtest.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <set>
#include <string>

#include "daemon/crypto/argon2.hpp"
#include "daemon/crypto/base64url.hpp"
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
    EXPECT_EQ(encode_base64url(bytes(row.plain)), row.text);
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
    EXPECT_EQ(encode_base64url(plain), text);
    std::vector<std::uint8_t> back(size);
    ASSERT_EQ(GetParam()(text, back), size);
    EXPECT_EQ(back, plain);
    EXPECT_FALSE(GetParam()(text, std::span(back).first(size - 1)).has_value()) << size;
    text[text.size() / 2] = '*';
    EXPECT_FALSE(GetParam()(text, back).has_value()) << size;
  }
}

INSTANTIATE_TEST_SUITE_P(Both, Base64url, testing::Values(&sodium::decode_base64url, &decode_base64url));

TEST(Sodium, LockedMemoryHoldsWhatIsPutThere) {
  const auto memory = sodium::locked_memory(4096);
  std::fill_n(memory.get(), 4096, std::uint8_t{7});
  EXPECT_EQ(memory[4095], 7);
}

std::string hmac(openssl::Digest digest, Bytes key, Bytes data) {
  std::array<std::uint8_t, openssl::kMaxDigestSize> out{};
  const std::size_t size = openssl::hmac(digest, key, data, out);
  return hex(Bytes(out).first(size));
}

// RFC 4231 and, for SHA-1, RFC 2202: test case 2, and case 6, whose key is longer than a block.
TEST(Openssl, Hmac) {
  const struct {
    openssl::Digest digest;
    std::size_t long_key;
    const char *second, *sixth;
  } table[] = {
      {openssl::Digest::sha1, 80, "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79",
       "aa4ae5e15272d00e95705637ce8a3b55ed402112"},
      {openssl::Digest::sha256, 131, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
       "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
      {openssl::Digest::sha512, 131,
       "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4"
       "b"
       "636e070a38bce737",
       "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f3526b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0ae"
       "c"
       "8b915a985d786598"},
  };
  for (const auto& row : table)
    for (int round = 0; round < 2; ++round) {  // a thread's contexts serve more than once
      EXPECT_EQ(hmac(row.digest, bytes("Jefe"), bytes("what do ya want for nothing?")), row.second);
      EXPECT_EQ(hmac(row.digest, std::vector<std::uint8_t>(row.long_key, 0xaa),
                     bytes("Test Using Larger Than Block-Size Key - Hash Key First")),
                row.sixth);
    }
}

TEST(Openssl, HmacWithAnEmptyKeyIsNotTheKeyBefore) {
  hmac(openssl::Digest::sha256, bytes("Jefe"), Bytes());
  EXPECT_EQ(hmac(openssl::Digest::sha256, Bytes(), Bytes()),
            "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

// A key of exactly a block is one, and not hashed first; one byte more is.
TEST(Openssl, HmacAtTheEdgeOfABlock) {
  const std::vector<std::uint8_t> block(64, 0xaa), longer(65, 0xaa);
  EXPECT_EQ(hmac(openssl::Digest::sha256, block, bytes("x")),
            "ce3c639dcb9d8baae5d44c3b8b5e233faab4d1860e07489af5c84f213998bd79");
  EXPECT_EQ(hmac(openssl::Digest::sha256, longer, bytes("x")),
            "c2b9a0a013df029c7d812c5ac18388feef0194ee64fcc5f321d149c06137caa3");
}

}  // namespace
}  // namespace umbra
