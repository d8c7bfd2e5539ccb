#include "setup_tool/import/otpauth_uri.hpp"

#include <gtest/gtest.h>

#include "setup_tool/base64.hpp"
#include "tests/unit/setup_tool/import/readings.hpp"

namespace umbra {
namespace {

intake::Credential good(const std::string& line) { return test::one(intake::read_otpauth_line, line); }
void expect_bad(const std::string& line, const std::string& why) {
  test::expect_wrong(intake::read_otpauth_line, line, why);
}
const std::string kQuery = std::string("?secret=") + test::kSecretText;

TEST(OtpauthUri, EverythingArrives) {
  const auto credential =
      good("otpauth://totp/Example%20Org:bob" + kQuery + "&issuer=Example%20Org&algorithm=SHA256&digits=8&period=60");
  EXPECT_EQ(credential.user, "bob");
  EXPECT_EQ(test::text(credential.secret.view()), test::kSecret);
  EXPECT_EQ(credential.algorithm, wire::Algorithm::sha256);
  EXPECT_EQ(credential.digits, 8);
  EXPECT_EQ(credential.period, 60U);
}

TEST(OtpauthUri, LabelsOfEveryKind) {
  EXPECT_EQ(good("otpauth://totp/alice" + kQuery).user, "alice");
  EXPECT_EQ(good("otpauth://totp/alice%40host" + kQuery).user, "alice@host");
  EXPECT_EQ(good("otpauth://totp/Org%3A%20alice" + kQuery).user, "alice") << "an escaped colon and a blank";
  EXPECT_EQ(good("OTPAUTH://TOTP/alice" + kQuery + "#x").user, "alice");
  EXPECT_EQ(good("otpauth://totp/" + kQuery).user, "") << "--user says whose";
}

TEST(OtpauthUri, SecretsAsPeopleWriteThem) {
  EXPECT_EQ(test::text(good("otpauth://totp/a?secret=gezd%20gnbv-gy3tqojq").secret.view()), "1234567890");
  EXPECT_EQ(test::text(good("otpauth://totp/a?secret=MZXW6YQ%3D").secret.view()), "foob");
}

TEST(OtpauthUri, Mistakes) {
  expect_bad("otpauth://hotp/alice" + kQuery + "&counter=1", "counted (hotp)");
  expect_bad("otpauth://steam/alice" + kQuery, "neither otpauth://totp/ nor");
  expect_bad("https://example.org/", "begins with neither");
  expect_bad("otpauth://totp/alice", "no secret");
  expect_bad("otpauth://totp/alice?secret=", "base32");
  expect_bad("otpauth://totp/alice?secret=0189", "base32");
  expect_bad("otpauth://totp/alice" + kQuery + "&secret=MZXW6YQ", "two secrets");
  expect_bad("otpauth://totp/alice" + kQuery + "&algorithm=MD5", "algorithm");
  expect_bad("otpauth://totp/alice" + kQuery + "&digits=5", "digits");
  expect_bad("otpauth://totp/alice" + kQuery + "&period=0", "period");
  expect_bad("otpauth://totp/alice" + kQuery + "&period=86401", "period");
  expect_bad("otpauth://totp/al%4ce%4" + kQuery, "hexadecimal");
  expect_bad("otpauth://totp/alice?secret=%zz", "hexadecimal");
  expect_bad("otpauth://totp/a?secret=" + std::string(104, 'A'), "base32");
}

TEST(OtpauthUri, CommentsAndEmptyLinesAreNothing) {
  for (const char* line : {"", "  ", "# from the old host"})
    EXPECT_TRUE(intake::read_otpauth_line(line).credentials.empty() && intake::read_otpauth_line(line).wrong.empty());
}

TEST(OtpauthUri, CutAnywhere) {
  test::cut_everywhere(intake::read_otpauth_line, "otpauth://totp/Example%20Org:bob" + kQuery + "&digits=8");
}

// One field of a protobuf message.
std::string varint(unsigned field, unsigned value) { return {static_cast<char>(field << 3), static_cast<char>(value)}; }
std::string bytes(unsigned field, const std::string& value) {
  return std::string{static_cast<char>(field << 3 | 2), static_cast<char>(value.size())} + value;
}
std::string account(const std::string& name, unsigned type = 2, const std::string& more = {}) {
  return bytes(1, bytes(1, test::kSecret) + bytes(2, name) + bytes(3, "Org") + varint(4, 1) + varint(5, 1) +
                      varint(6, type) + more);
}
std::string escaped(std::string text) {
  for (const auto& [from, to] : {std::pair("+", "%2B"), std::pair("/", "%2F"), std::pair("=", "%3D")})
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + 3)) text.replace(at, 1, to);
  return text;
}
std::string uri(const std::string& payload) {
  const SecretText text = base64({reinterpret_cast<const std::uint8_t*>(payload.data()), payload.size()});
  return "otpauth-migration://offline?data=" + escaped(std::string(text));
}
const std::string kBatch = varint(2, 1) + varint(3, 1) + varint(4, 0) + varint(5, 77);

TEST(OtpauthMigration, EveryAccountArrives) {
  const auto reading = intake::read_otpauth_line(
      uri(account("Org:alice") + account("bob", 0, bytes(8, "an id") + std::string("\x4d\1\2\3\4", 5)) + kBatch));
  EXPECT_EQ(reading.wrong, "");
  ASSERT_EQ(reading.credentials.size(), 2U);
  EXPECT_EQ(reading.credentials[0].user, "alice");
  EXPECT_EQ(reading.credentials[1].user, "bob");
  for (const auto& credential : reading.credentials) {
    EXPECT_EQ(test::text(credential.secret.view()), test::kSecret);
    EXPECT_EQ(credential.digits, 6);
    EXPECT_EQ(credential.period, 30U);
  }
}

TEST(OtpauthMigration, AlgorithmAndDigits) {
  const auto credential = good(uri(bytes(1, bytes(1, test::kSecret) + bytes(2, "a") + varint(4, 3) + varint(5, 2))));
  EXPECT_EQ(credential.algorithm, wire::Algorithm::sha512);
  EXPECT_EQ(credential.digits, 8);
}

// What the app itself wrote for one account, as published by those who took its format apart.
TEST(OtpauthMigration, AnExportOfTheApp) {
  const auto credential =
      good("otpauth-migration://offline?data=CjEKCkhlbGxvId6tvu8SGEV4YW1wbGU6YWxpY2VAZ29vZ2xlLmNvbRoHRXhhbXBsZTAC");
  EXPECT_EQ(credential.user, "alice@google.com");
  EXPECT_EQ(test::text(credential.secret.view()), "Hello!\xDE\xAD\xBE\xEF");
}

TEST(OtpauthMigration, Mistakes) {
  expect_bad(uri(account("alice") + account("bob", 1)), "account 2 of the export: its codes are counted");
  expect_bad(uri(bytes(1, bytes(1, test::kSecret) + varint(4, 4))), "algorithm");
  expect_bad(uri(bytes(1, bytes(1, test::kSecret) + varint(5, 3))), "digits");
  expect_bad(uri(bytes(1, bytes(2, "alice"))), "no secret");
  expect_bad(uri(bytes(1, bytes(1, std::string(65, 'x')))), "64 bytes");
  expect_bad(uri(kBatch), "no export of Google's app");
  expect_bad(uri(account("alice") + "\x0b"), "no export of Google's app");
  expect_bad("otpauth-migration://offline?data=", "no export of Google's app");
  expect_bad("otpauth-migration://offline?data=a", "no export of Google's app");
}

TEST(OtpauthMigration, CutAnywhere) {
  const std::string payload = account("Org:alice") + account("bob") + kBatch;
  test::cut_everywhere([](std::string_view cut) { return intake::read_otpauth_line(uri(std::string(cut))); }, payload);
  test::cut_everywhere(intake::read_otpauth_line, uri(payload));
}

}  // namespace
}  // namespace umbra
