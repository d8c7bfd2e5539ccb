#include "daemon/crypto/fernet.hpp"

#include <gtest/gtest.h>

#include <array>
#include <numeric>
#include <string>
#include <vector>

#include "daemon/crypto/openssl.hpp"
#include "daemon/crypto/sodium.hpp"
#include "tests/support/field_cursors.hpp"

namespace umbra::fernet {
namespace {

using test::bytes;

// github.com/fernet/spec: generate.json, verify.json and invalid.json, which share one secret.
constexpr std::string_view kSecret = "cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=";
constexpr std::string_view kToken =
    "gAAAAAAdwJ6wAAECAwQFBgcICQoLDA0ODy021cpGVWKZ_eEwCGM4BLLF_5CV9dOPmrhuVUPgJobwOz7JcbmrR64jVmpU4IwqDA==";
constexpr std::int64_t kNow = 499162800;  // 1985-10-26T01:20:00-07:00

Key spec_key() {
  std::array<std::uint8_t, kKeySize> key{};
  EXPECT_EQ(sodium::decode_base64url(kSecret, key), kKeySize);
  return Key(key);
}
std::array<std::uint8_t, 16> spec_iv() {
  std::array<std::uint8_t, 16> iv{};
  std::iota(iv.begin(), iv.end(), std::uint8_t{0});
  return iv;
}
std::optional<std::string> open(const Key& key, std::string_view token, std::optional<std::int64_t> ttl = {},
                                std::int64_t now = kNow) {
  std::vector<std::uint8_t> out(kMaxPlain);
  const auto size = key.open(token, ttl, now, out);
  if (!size) return std::nullopt;
  return std::string(test::text(Bytes(out).first(*size)));
}

TEST(FernetSpec, Generate) { EXPECT_EQ(spec_key().seal(bytes("hello"), kNow, spec_iv()), kToken); }

TEST(FernetSpec, Verify) { EXPECT_EQ(open(spec_key(), kToken, 60, kNow + 1), "hello"); }

TEST(FernetSpec, Invalid) {
  const struct {
    const char* name;
    const char* token;
    std::int64_t now;
    bool opens_without_ttl;
  } table[] = {
      {"incorrect mac",
       "gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAl1-szkFVzXTuGb4hR8AKtwcaX1YdykQUFBQUFBQUFBQQ==", kNow + 1,
       false},
      {"too short", "gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPA==", kNow + 1, false},
      {"invalid base64",
       "%%%%%%%%%%%%%AECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAl1-szkFVzXTuGb4hR8AKtwcaX1YdykRtfsH-p1YsUD2Q==", kNow + 1,
       false},
      {"payload size not multiple of block size",
       "gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPOm73QeoCk9uGib28Xe5vz6oxq5nmxbx_v7mrfyudzUm", kNow + 1,
       false},
      {"payload padding error",
       "gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0ODz4LEpdELGQAad7aNEHbf-JkLPIpuiYRLQ3RtXatOYREu2FWke6CnJNYIbkuKNqOhw==", kNow + 1,
       false},
      {"far-future TS (unacceptable clock skew)",
       "gAAAAAAdwStRAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAnja1xKYyhd-Y6mSkTOyTGJmw2Xc2a6kBd-iX9b_qXQcw==", kNow + 1,
       true},
      {"expired TTL",
       "gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAl1-szkFVzXTuGb4hR8AKtwcaX1YdykRtfsH-p1YsUD2Q==",
       kNow + 91, true},
      {"incorrect IV (causes padding error)",
       "gAAAAAAdwJ6xBQECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAkLhFLHpGtDBRLRTZeUfWgHSv49TF2AUEZ1TIvcZjK1zQ==", kNow + 1,
       false},
  };
  const Key key = spec_key();
  for (const auto& row : table) {
    EXPECT_FALSE(open(key, row.token, 60, row.now).has_value()) << row.name;
    EXPECT_EQ(open(key, row.token, std::nullopt, row.now).has_value(), row.opens_without_ttl) << row.name;
  }
}

TEST(Fernet, AgeToTheSecond) {
  const struct {
    std::int64_t age, ttl;
    bool opens;
  } table[] = {
      {0, 60, true},    {60, 60, true},   {61, 60, false}, {-kMaxClockSkew, 60, true}, {-kMaxClockSkew - 1, 60, false},
      {0, 0, true},     {1, 0, false},    {0, -1, false},  {1'000'000'000, 60, false}, {-kNow - 1, 60, false},
      {300, 300, true}, {301, 300, false}};
  const Key key = spec_key();
  for (const auto& row : table)
    EXPECT_EQ(open(key, kToken, row.ttl, kNow + row.age).has_value(), row.opens) << row.age << " " << row.ttl;
}

TEST(Fernet, StampsThatNoClockShowsAreRefusedWhereAgeIsAsked) {
  const Key key = spec_key();
  for (const std::int64_t stamp : {std::int64_t{-1}, INT64_MIN, INT64_MAX}) {
    const std::string token = key.seal(bytes("x"), stamp, spec_iv());
    EXPECT_FALSE(open(key, token, 60).has_value()) << stamp;
    EXPECT_TRUE(open(key, token).has_value()) << stamp;
  }
}

TEST(Fernet, EveryLengthComesBack) {
  const Key key = spec_key();
  for (std::size_t size = 0; size <= kMaxPlain; size += size < 70 ? 1 : 511) {
    const std::string plain(size, static_cast<char>('a' + size % 26));
    const std::string token = key.seal(bytes(plain), kNow, spec_iv());
    EXPECT_EQ(token.size(), token_size(size)) << size;
    EXPECT_EQ(open(key, token), plain) << size;
  }
  const std::string longest(kMaxPlain, 'x');
  EXPECT_EQ(open(key, key.seal(bytes(longest), kNow, spec_iv())), longest);
  EXPECT_THROW(static_cast<void>(key.seal(bytes(longest + "x"), kNow, spec_iv())), std::length_error);
}

TEST(Fernet, AnyChangedCharacterIsRefused) {
  const Key key = spec_key();
  const std::string token(kToken);
  for (std::size_t at = 0; at < token.size(); ++at)
    for (int value = 0; value < 256; ++value) {
      std::string other = token;
      other[at] = static_cast<char>(value);
      EXPECT_EQ(open(key, other).has_value(), other == token) << at << " " << value;
    }
}

TEST(Fernet, CutOrLongerIsRefused) {
  const Key key = spec_key();
  const std::string token(kToken);
  for (std::size_t size = 0; size < token.size(); ++size) EXPECT_FALSE(open(key, token.substr(0, size)).has_value());
  for (const char* more : {"=", "A", "AAAA", "\n", " ", "=="})
    EXPECT_FALSE(open(key, token + more).has_value()) << more;
  EXPECT_FALSE(open(key, token + token).has_value());
  EXPECT_FALSE(open(key, "\n" + token).has_value());
  EXPECT_FALSE(open(key, token + '\0').has_value());
  EXPECT_FALSE(open(key, std::string(100'000, 'A')).has_value());
}

TEST(Fernet, OtherVersionIsRefusedThoughItsMacIsRight) {
  std::array<std::uint8_t, kKeySize> raw{};
  ASSERT_EQ(sodium::decode_base64url(kSecret, raw), kKeySize);
  std::vector<std::uint8_t> binary(128);
  binary.resize(*sodium::decode_base64url(kToken, binary));
  binary[0] = 0x81;
  std::array<std::uint8_t, openssl::kMaxDigestSize> digest{};
  openssl::hmac(openssl::Digest::sha256, Bytes(raw).first(16), Bytes(binary).first(binary.size() - 32), digest);
  std::copy_n(digest.begin(), 32, binary.end() - 32);
  std::string token(sodium::base64url_size(binary.size()) + 1, '\0');
  sodium::encode_base64url(binary, token);
  token.pop_back();
  EXPECT_FALSE(open(spec_key(), token).has_value());
}

TEST(Fernet, AnyOtherKeyRefuses) {
  std::array<std::uint8_t, kKeySize> raw{};
  ASSERT_EQ(sodium::decode_base64url(kSecret, raw), kKeySize);
  for (std::size_t at = 0; at < 16; ++at) {
    auto other = raw;
    other[at] ^= 1;
    EXPECT_FALSE(open(Key(other), kToken).has_value()) << "signing key, byte " << at;
  }
  for (std::size_t at = 16; at < 32; ++at) {
    auto other = raw;
    other[at] ^= 1;
    EXPECT_NE(open(Key(other), kToken), "hello") << "encryption key, byte " << at;
  }
}

TEST(Fernet, TooSmallARoomIsARefusal) {
  const Key key = spec_key();
  std::array<std::uint8_t, 5> out{};
  EXPECT_EQ(key.open(kToken, std::nullopt, kNow, out), 5U);
  EXPECT_FALSE(key.open(kToken, std::nullopt, kNow, std::span(out).first(4)).has_value());
}

TEST(Fernet, KeysHave32Bytes) {
  const std::array<std::uint8_t, 64> raw{};
  for (const std::size_t size : {0U, 16U, 31U, 33U, 64U})
    EXPECT_THROW(Key(Bytes(raw).first(size)), std::invalid_argument);
}

}  // namespace
}  // namespace umbra::fernet
