// Backup codes and further devices that an import brings.
#include <gtest/gtest.h>

#include "daemon/crypto/argon2.hpp"
#include "tests/unit/daemon/service/import_fixture.hpp"

namespace umbra {
namespace {

using Outcome = wire::ImportOutcome;
using Host = test::ImportingDaemon;

wire::ImportItem with_scratch(std::string_view scratch) {
  wire::ImportItem item = Host::item();
  item.scratch = scratch;
  return item;
}

TEST(ImportedCodes, AsTextEachWorksOnce) {
  Host host;
  ASSERT_EQ(host.import_one(with_scratch("1234567887654321")), Outcome::imported);
  const Record record = host.storage().get("alice");
  EXPECT_EQ(record.backup.remaining(), 2U);
  EXPECT_EQ(record.backup.created_at, test::kNow);
  EXPECT_TRUE(host.accepts("12345678"));
  EXPECT_FALSE(host.accepts("12345678"));
  EXPECT_TRUE(host.accepts("8765-4321"));
}

TEST(ImportedCodes, BesideCodesOfEightDigits) {
  Host host;
  wire::ImportItem item = with_scratch("12345678");
  item.digits = 8;
  ASSERT_EQ(host.import_one(item), Outcome::imported);
  EXPECT_TRUE(host.accepts("12345678"));
  EXPECT_FALSE(host.accepts("12345678"));
  EXPECT_TRUE(host.accepts(test::code_text(*host.storage().get("alice").active, test::kNow)));
}

TEST(ImportedCodes, AnOlderFileReopensNone) {
  Host host;
  ASSERT_EQ(host.import_one(with_scratch("1234567887654321")), Outcome::imported);
  ASSERT_TRUE(host.accepts("12345678"));
  ASSERT_EQ(host.import_one(with_scratch("1234567887654321"), {.replace = true}), Outcome::imported);
  EXPECT_FALSE(host.accepts("12345678"));
  EXPECT_TRUE(host.accepts("87654321"));
}

TEST(ImportedCodes, AsHashesTheyKeepSaltAndUse) {
  Host host;
  std::array<std::uint8_t, 2 * wire::HashedCode::kSize> room{};
  Writer writer(room);
  for (const std::string_view code : {"ABCDEFGH", "JKLMNPQR"}) {
    wire::HashedCode hashed;
    hashed.salt[0] = static_cast<std::uint8_t>(code[0]);
    ASSERT_TRUE(argon2::id(code, hashed.salt, hashed.hash));
    hashed.used_at = code[0] == 'J' ? 5 : 0;
    wire::HashedCode::fields(writer, std::as_const(hashed));
  }
  wire::ImportItem item = Host::item();
  item.hashed_codes = room;
  item.codes_made_at = 77;
  ASSERT_EQ(host.import_one(item), Outcome::imported);
  EXPECT_EQ(host.storage().get("alice").backup.created_at, 77);
  EXPECT_TRUE(host.accepts("abcd-efgh"));
  EXPECT_FALSE(host.accepts("ABCD-EFGH"));
  EXPECT_FALSE(host.accepts("JKLM-NPQR")) << "used where it came from";
  ASSERT_EQ(host.import_one(item, {.replace = true}), Outcome::imported);
  EXPECT_FALSE(host.accepts("ABCD-EFGH")) << "used here";
}

TEST(ImportedCodes, NoMoreThanOneUsersAsTextInAPacket) {
  Host host;
  const std::string many(std::size_t{8} * 11, '1');
  EXPECT_EQ(host.ask_import(test::kRoot, {with_scratch(many), with_scratch(many)}).status, wire::Status::bad_request);
}

TEST(ImportedCodes, WithoutASecretTheyAreMalformed) {
  Host host;
  wire::ImportItem item = with_scratch("12345678");
  item.secret = {};
  item.enforced = true;
  EXPECT_EQ(host.import_one(item), Outcome::malformed);
}

TEST(ImportedDevices, GoIntoTheSameRecord) {
  Host host;
  wire::ImportItem second = Host::further("the secret of a second device");
  second.used = host.used({{Host::today(), wire::UsedStep::kNoCode}});
  EXPECT_EQ(host.import({Host::item(), second, Host::further("and of a third")}), Host::Outcomes(3, Outcome::imported));
  const Record record = host.storage().get("alice");
  ASSERT_EQ(record.more.size(), 2U);
  EXPECT_EQ(record.name, "");
  EXPECT_EQ(record.more[0].name, "2");
  EXPECT_EQ(record.more[1].name, "3");
  EXPECT_EQ(record.more[0].added_at, test::kNow);
  EXPECT_EQ(test::text(record.more[1].credential.secret.view()), "and of a third");
  EXPECT_TRUE(record.more[0].window.spent(Host::today()));
  EXPECT_EQ(record.more[1].window.mask, 0U);
}

TEST(ImportedDevices, NoMoreThanARecordKeeps) {
  Host host;
  EXPECT_EQ(host.import({Host::item(), Host::further("secret 2"), Host::further("secret 3"), Host::further("secret 4"),
                         Host::further("secret 5")})
                .back(),
            Outcome::too_many);
  EXPECT_EQ(host.storage().get("alice").more.size(), 3U);
}

// Each device has a window of its own: twice the same secret would let each code in twice.
TEST(ImportedDevices, TheSameSecretIsOneDevice) {
  Host host;
  EXPECT_EQ(host.import(
                {Host::item(), Host::further(test::kSecretText), Host::further("secret 2"), Host::further("secret 2")}),
            Host::Outcomes(4, Outcome::imported));
  EXPECT_EQ(host.storage().get("alice").more.size(), 1U);
}

TEST(ImportedDevices, NoneBesideNothing) {
  Host host;
  EXPECT_EQ(host.import_one(Host::further("secret 2")), Outcome::exists);
  EXPECT_FALSE(host.storage().store().read("alice").value().has_value());
  EXPECT_EQ(host.import_one(Host::further("secret 2"), {.dry_run = true}), Outcome::imported)
      << "the first comes before";
}

TEST(ImportedDevices, HaveNoCodesAndNoWaiting) {
  Host host;
  wire::ImportItem item = Host::further("secret 2");
  item.scratch = "12345678";
  EXPECT_EQ(host.import_one(item), Outcome::malformed);
  item = Host::further("secret 2");
  item.enabled = false;
  EXPECT_EQ(host.import_one(item), Outcome::malformed);
}

}  // namespace
}  // namespace umbra
