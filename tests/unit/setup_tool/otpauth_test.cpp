#include "setup_tool/otpauth.hpp"

#include <gtest/gtest.h>

#include <array>

#include "setup_tool/base64.hpp"

namespace umbra {
namespace {

Bytes bytes_of(std::string_view text) { return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}; }

// RFC 4648 §10, without the padding.
TEST(Base32, Rfc4648Vectors) {
  EXPECT_EQ(base32(bytes_of("")), "");
  EXPECT_EQ(base32(bytes_of("f")), "MY");
  EXPECT_EQ(base32(bytes_of("fo")), "MZXQ");
  EXPECT_EQ(base32(bytes_of("foo")), "MZXW6");
  EXPECT_EQ(base32(bytes_of("foob")), "MZXW6YQ");
  EXPECT_EQ(base32(bytes_of("fooba")), "MZXW6YTB");
  EXPECT_EQ(base32(bytes_of("foobar")), "MZXW6YTBOI");
}

TEST(Base32, AllBitsAndA160BitSecret) {
  EXPECT_EQ(base32(bytes_of("\xff\xff\xff\xff\xff")), "77777777");
  EXPECT_EQ(base32(bytes_of("12345678901234567890")), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
}

// RFC 4648 §10.
TEST(Base64, Rfc4648Vectors) {
  EXPECT_EQ(base64(bytes_of("")), "");
  EXPECT_EQ(base64(bytes_of("f")), "Zg==");
  EXPECT_EQ(base64(bytes_of("fo")), "Zm8=");
  EXPECT_EQ(base64(bytes_of("foo")), "Zm9v");
  EXPECT_EQ(base64(bytes_of("foobar")), "Zm9vYmFy");
}

TEST(OtpauthUri, KeepsUnreservedAlone) {
  const auto uri = [](std::string_view user) { return otpauth_uri({"e", user, "MY", 1, 6, 30}); };
  EXPECT_EQ(uri("AZaz09-._~"), "otpauth://totp/e:AZaz09-._~?secret=MY&issuer=e");
  EXPECT_EQ(uri("a b:c@d/e?f&g=h%i+j"), "otpauth://totp/e:a%20b%3Ac%40d%2Fe%3Ff%26g%3Dh%25i%2Bj?secret=MY&issuer=e");
  EXPECT_EQ(uri("M\xc3\xbcller\n"), "otpauth://totp/e:M%C3%BCller%0A?secret=MY&issuer=e");
}

TEST(OtpauthUri, NothingWhereTheRoomIsTooSmall) {
  const OtpAccount account{"example.org", "alice", "GEZDGNBVGY3TQOJQ", 1, 8, 60};
  const std::size_t whole = otpauth_uri(account).size();
  std::array<char, 256> room{};
  EXPECT_EQ(otpauth_uri(account, std::span(room).first(whole)), whole);
  for (std::size_t size = 0; size < whole; ++size) EXPECT_EQ(otpauth_uri(account, std::span(room).first(size)), 0U);
  EXPECT_EQ(base32(bytes_of("foobar"), std::span(room).first(9)), 0U);
}

constexpr std::uint8_t kSha1 = 1, kSha256 = 2, kSha512 = 3;

TEST(OtpauthUri, LeavesTheDefaultsOut) {
  EXPECT_EQ(otpauth_uri({"example.org", "alice", "GEZDGNBVGY3TQOJQ", kSha1, 6, 30}),
            "otpauth://totp/example.org:alice?secret=GEZDGNBVGY3TQOJQ&issuer=example.org");
}

TEST(OtpauthUri, NamesWhatIsNoDefault) {
  EXPECT_EQ(otpauth_uri({"e", "a", "MY", kSha256, 8, 60}),
            "otpauth://totp/e:a?secret=MY&issuer=e&algorithm=SHA256&digits=8&period=60");
  EXPECT_EQ(otpauth_uri({"e", "a", "MY", kSha512, 6, 30}), "otpauth://totp/e:a?secret=MY&issuer=e&algorithm=SHA512");
}

TEST(OtpauthUri, EncodesLabelAndIssuer) {
  EXPECT_EQ(otpauth_uri({"Big Co: R&D", "a@b", "MY", kSha1, 6, 30}),
            "otpauth://totp/Big%20Co%3A%20R%26D:a%40b?secret=MY&issuer=Big%20Co%3A%20R%26D");
}

TEST(AlgorithmName, NoneForOtherNumbers) {
  EXPECT_EQ(algorithm_name(0), "");
  EXPECT_EQ(algorithm_name(1), "SHA1");
  EXPECT_EQ(algorithm_name(2), "SHA256");
  EXPECT_EQ(algorithm_name(3), "SHA512");
  EXPECT_EQ(algorithm_name(4), "");
}

}  // namespace
}  // namespace umbra
