#include "setup_tool/enrolment_text.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "setup_tool/failure.hpp"

namespace umbra {
namespace {

using testing::HasSubstr;

constexpr std::uint8_t kSecret[] = {'1', '2', '3', '4', '5', '6', '7', '8', '9', '0',
                                    '1', '2', '3', '4', '5', '6', '7', '8', '9', '0'};

wire::SetupReply offer() {
  wire::SetupReply reply;
  reply.user = "alice";
  reply.issuer = "example.org";
  reply.secret = kSecret;
  reply.backup_codes = "AAAA-0001\nAAAA-0002\nAAAA-0003\n";
  reply.algorithm = 1;
  reply.digits = 6;
  reply.period = 30;
  return reply;
}

std::string text(const SecretText& secret) { return std::string(secret); }

TEST(EnrolmentPage, ShowsSecretUriCodeAndBackupCodesInOrder) {
  const std::string page = text(enrolment_page(enrolment_of(offer()), "(QR)\n"));
  const auto secret = page.find("GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ\n");
  const auto qr = page.find("(QR)\n");
  const auto uri = page.find("otpauth://totp/example.org:alice?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=");
  const auto codes = page.find("    AAAA-0001    AAAA-0002\n    AAAA-0003\n");
  EXPECT_LT(secret, qr);
  EXPECT_LT(qr, uri);
  EXPECT_LT(uri, codes);
  ASSERT_NE(codes, std::string::npos);
  EXPECT_THAT(page, HasSubstr("SHA1, 6 digits, 30 seconds"));
  EXPECT_THAT(page, HasSubstr("works once"));
  EXPECT_THAT(page, HasSubstr("not shown again"));
}

TEST(EnrolmentPage, NamesTheDeviceThatIsAdded) {
  Enrolment enrolment = enrolment_of(offer());
  enrolment.device = "work phone";
  EXPECT_THAT(text(enrolment_page(enrolment, {})), HasSubstr("Secret for alice, device work phone (SHA1"));
  EXPECT_THAT(text(enrolment_page(enrolment, {})), HasSubstr("works once"));
  enrolment.backup_codes.clear();
  EXPECT_THAT(text(enrolment_page(enrolment, {})), HasSubstr("The backup codes stay as they are."));
  EXPECT_EQ(nlohmann::json::parse(text(enrolment_json(enrolment, {})))["device"], "work phone");
}

TEST(EnrolmentPage, SpeaksOfNoBackupCodesWhereThereAreNone) {
  wire::SetupReply reply = offer();
  reply.backup_codes = {};
  EXPECT_EQ(text(enrolment_page(enrolment_of(reply), {})).find("ackup"), std::string::npos);
}

TEST(EnrolmentJson, HasTheContractsKeysInOrder) {
  const std::uint8_t png[] = {'f', 'o', 'o'};
  EXPECT_EQ(
      text(enrolment_json(enrolment_of(offer()), png)),
      R"({"user":"alice","secret":"GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",)"
      R"("otpauth_uri":"otpauth://totp/example.org:alice?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=example.org",)"
      R"("qr_code_base64":"Zm9v","backup_codes":["AAAA-0001","AAAA-0002","AAAA-0003"]})"
      "\n");
}

TEST(EnrolmentJson, NoBackupCodesIsAnEmptyArray) {
  wire::SetupReply reply = offer();
  reply.backup_codes = {};
  EXPECT_THAT(text(enrolment_json(enrolment_of(reply), {})), HasSubstr(R"("backup_codes":[])"));
}

TEST(Enrolment, AnOfferThatNoAppCanTakeIsAFailure) {
  const auto expect_failure = [](auto spoil) {
    wire::SetupReply reply = offer();
    spoil(reply);
    EXPECT_THROW(enrolment_of(reply), Failure);
  };
  expect_failure([](wire::SetupReply& r) { r.algorithm = 4; });
  expect_failure([](wire::SetupReply& r) { r.algorithm = 0; });
  expect_failure([](wire::SetupReply& r) { r.digits = 5; });
  expect_failure([](wire::SetupReply& r) { r.digits = 9; });
  expect_failure([](wire::SetupReply& r) { r.period = 0; });
  expect_failure([](wire::SetupReply& r) { r.secret = {}; });
}

}  // namespace
}  // namespace umbra
