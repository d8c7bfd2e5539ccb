#include "setup_tool/import/umbra_web.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "setup_tool/import/phc.hpp"
#include "tests/unit/setup_tool/import/readings.hpp"

namespace umbra {
namespace {

using Json = nlohmann::json;

const std::vector<FernetKey> kKeys = intake::keys_of_setting("change-me-in-production");
constexpr char kPhc[] =
    "$argon2id$v=19$m=19456,t=2,p=1$AAECAwQFBgcICQoLDA0ODw$//////////////////////////////////////////8";

intake::Reading read(std::string_view line) { return intake::read_web_line(line, kKeys); }
std::string sealed(std::string_view text) {
  return std::string(kKeys[0].seal({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}, 1'700'000'000));
}
Json user() {
  return {{"username", "alice"},
          {"totp_secret", sealed(test::kSecretText)},
          {"totp_enabled", true},
          {"mfa_enforce_pending", false},
          {"backup_codes", {{{"code_hash", kPhc}, {"used_at", nullptr}, {"created_at", "2023-11-14T22:13:20Z"}}}},
          {"totp_usage", {{{"code", "012345"}, {"window", 56'666'667}, {"used_at", "2023-11-14T22:13:30+00:00"}}}}};
}
intake::Credential good(const Json& object) { return test::one(read, object.dump()); }
void expect_bad(const Json& object, const std::string& why) { test::expect_wrong(read, object.dump(), why); }
Json with(const char* key, Json value) {
  Json object = user();
  object[key] = std::move(value);
  return object;
}
Json with_code(const char* key, Json value) {
  Json object = user();
  object["backup_codes"][0][key] = std::move(value);
  return object;
}

TEST(UmbraWeb, EverythingArrives) {
  const auto credential = good(user());
  EXPECT_EQ(credential.user, "alice");
  EXPECT_EQ(test::text(credential.secret.view()), test::kSecret);
  EXPECT_TRUE(credential.enabled);
  EXPECT_FALSE(credential.enforced);
  ASSERT_EQ(credential.hashed_codes.size(), 1U);
  EXPECT_EQ(credential.hashed_codes[0].hash[0], 0xFF);
  EXPECT_EQ(credential.hashed_codes[0].salt[15], 15);
  EXPECT_EQ(credential.hashed_codes[0].used_at, 0);
  EXPECT_EQ(credential.codes_made_at, 1'700'000'000);
  EXPECT_THAT(test::steps(credential), testing::ElementsAre(56'666'667, 56'666'667));
  EXPECT_EQ(credential.used[0].code, 12345U);
}

TEST(UmbraWeb, StatesOfAUser) {
  EXPECT_FALSE(good(with("totp_enabled", false)).enabled) << "set up and not confirmed";
  EXPECT_TRUE(good(with("mfa_enforce_pending", true)).enforced);
  const auto must = good({{"username", "bob"}, {"mfa_enforce_pending", true}});
  EXPECT_TRUE(must.enforced && must.secret.empty() && !must.enabled);
  const auto nothing = read(R"({"username":"bob","totp_secret":null,"totp_enabled":false})");
  EXPECT_TRUE(nothing.wrong.empty() && nothing.credentials.empty());
  EXPECT_TRUE(read("").wrong.empty());
}

TEST(UmbraWeb, KeysOfBothKinds) {
  const std::string raw = "MTExMTExMTExMTExMTExMTExMTExMTExMTExMTExMTE=";
  const auto keys = intake::keys_of_setting(raw);
  ASSERT_EQ(keys.size(), 2U) << "32 bytes as they are, or the text's SHA-256";
  for (const FernetKey& key : keys) {
    Json object = user();
    object["totp_secret"] = key.seal({reinterpret_cast<const std::uint8_t*>(test::kSecretText), 32}, 0).c_str();
    const auto reading = intake::read_web_line(object.dump(), keys);
    EXPECT_EQ(reading.credentials.size(), 1U) << reading.wrong;
  }
}

TEST(UmbraWeb, AUsedBackupCodeStaysUsed) {
  EXPECT_EQ(good(with_code("used_at", "2023-11-14 22:13:20.123456")).hashed_codes[0].used_at, 1'700'000'000);
  EXPECT_EQ(good(with_code("used_at", "2023-11-15T00:13:20+02:00")).hashed_codes[0].used_at, 1'700'000'000);
  EXPECT_EQ(good(with_code("used_at", 1'700'000'000)).hashed_codes[0].used_at, 1'700'000'000);
  for (const char* zone : {"+0000", "+00", "Z", "z", "-00:00", ".5Z"})
    EXPECT_EQ(good(with_code("used_at", std::string("2023-11-14T22:13:20") + zone)).hashed_codes[0].used_at,
              1'700'000'000)
        << zone;
  for (const char* zone : {"R", "+", "+1", "+0", "ZZ", "+00:0", "+00x00", "+24:00", "+00:60", "*00:00", "+000000"})
    expect_bad(with_code("used_at", std::string("2023-11-14T22:13:20") + zone), "no time");
  EXPECT_NE(good(with_code("used_at", 0)).hashed_codes[0].used_at, 0);
  EXPECT_NE(good(with_code("used_at", "1970-01-01T00:00:00Z")).hashed_codes[0].used_at, 0);
}

TEST(UmbraWeb, UsageByStepOrByTime) {
  const auto used = [](Json entry) { return good(with("totp_usage", Json::array({std::move(entry)}))); };
  EXPECT_EQ(used({{"code", "123456"}, {"window", -1}, {"used_at", 1'700'000'010}}).used.at(0).step, 56'666'667U)
      << "a distance is no step";
  EXPECT_EQ(used({{"window", 56'666'667}}).used.at(0).code, wire::UsedStep::kNoCode);
  EXPECT_TRUE(good(with("totp_usage", nullptr)).used.empty());
}

TEST(UmbraWeb, Mistakes) {
  test::expect_wrong(read, "{", "no JSON object");
  test::expect_wrong(read, "[1]", "no JSON object");
  test::expect_wrong(read, std::string(20000, '['), "no JSON object");
  expect_bad(with("username", 5), "no JSON object with a username");
  expect_bad(with("username", ""), "username is empty");
  expect_bad(with("totp_enabled", "yes"), "neither true nor false");
  expect_bad(with("totp_secret", 5), "no text");
  expect_bad(with("totp_secret", nullptr), "there is no totp_secret");
  expect_bad(with("totp_secret", "gAAAAA"), "does not open");
  expect_bad(with("totp_secret", sealed("not base32!")), "base32");
  expect_bad(with("backup_codes", "x"), "no array");
  expect_bad(with("backup_codes", Json::array({1})), "no code_hash");
  expect_bad(with("backup_codes", Json::array({Json(), 1})), "no code_hash");
  expect_bad(with("backup_codes", std::vector<Json>(21, user()["backup_codes"][0])), "more than 20");
  expect_bad(with_code("used_at", "yesterday"), "no time");
  expect_bad(with_code("created_at", true), "no time");
  expect_bad(with("totp_usage", {{"code", "123456"}}), "totp_usage");
  for (Json entry :
       {Json{{"code", "123456"}}, Json{{"code", "12x"}, {"used_at", 5}}, Json(7), Json{{"code", 5}, {"used_at", 5}}})
    expect_bad(with("totp_usage", Json::array({entry})), "totp_usage");
}

TEST(UmbraWeb, OtherHashesAreRefused) {
  const std::string good_hash = kPhc;
  const auto changed = [&](const std::string& from, const std::string& to) {
    return std::string(good_hash).replace(good_hash.find(from), from.size(), to);
  };
  for (const std::string& hash : {changed("argon2id", "argon2i"), changed("m=19456", "m=65536"), changed("t=2", "t=3"),
                                  changed("p=1", "p=4"), changed("v=19", "v=16"), std::string("pbkdf2:sha256:1$a$b")})
    expect_bad(with_code("code_hash", hash), "is not Argon2id with t=2, m=19456, p=1");
  expect_bad(with_code("code_hash", changed("AAEC", "AAE")), "salt");
  expect_bad(with_code("code_hash", good_hash + "AA"), "hash");
  expect_bad(with_code("code_hash", good_hash.substr(0, 54)), "hash");
}

TEST(UmbraWeb, PhcComesBackAsItWas) {
  wire::HashedCode code;
  ASSERT_EQ(intake::read_phc(kPhc, code), "");
  EXPECT_EQ(intake::phc_of(code), kPhc);
}

TEST(UmbraWeb, CutAnywhere) { test::cut_everywhere(read, user().dump()); }

}  // namespace
}  // namespace umbra
