#include "daemon/system/config.hpp"

#include <gtest/gtest.h>

#include "daemon/system/config_table.hpp"

namespace umbra {
namespace {

Config good(std::string_view text) {
  auto config = parse_config(text, "c.toml");
  EXPECT_TRUE(config) << text << "\n" << (config ? "" : config.error());
  return config.value_or(Config{});
}

std::string mistake(std::string_view text) {
  const auto config = parse_config(text, "c.toml");
  return config ? "(none)" : config.error();
}

TEST(Duration, Reads) {
  const std::pair<std::string_view, std::int64_t> cases[] = {{"1s", 1},     {"90s", 90}, {"15m", 900}, {"24h", 86400},
                                                             {"1d", 86400}, {"0s", 0},   {"007m", 420}};
  for (const auto& [text, seconds] : cases) EXPECT_EQ(parse_duration(text), seconds) << text;
}

TEST(Duration, RefusesEverythingElse) {
  for (const std::string_view text : {"", "m", "15", "15 m", " 15m", "15m ", "-1s", "+1s", "1.5h", "1h30m", "15M", "1w",
                                      "0x1s", "99999999999999999999s", "9223372036854775807d", "never"})
    EXPECT_FALSE(parse_duration(text)) << text;
}

TEST(Config, AnEmptyFileIsTheDefaults) {
  const Config config = good("");
  EXPECT_FALSE(config.issuer.empty());
  EXPECT_EQ(config.totp.algorithm, wire::Algorithm::sha1);
  EXPECT_EQ(config.totp.digits, 6U);
  EXPECT_EQ(config.totp.period, 30U);
  EXPECT_EQ(config.totp.window, 1U);
  EXPECT_FALSE(config.totp.strict_order);
  EXPECT_EQ(config.lockout.failures, 5U);
  EXPECT_EQ(config.lockout.unlock_time, 1800);
  EXPECT_EQ(config.source.failures, 20U);
  EXPECT_EQ(config.source.interval, 900);
  EXPECT_EQ(config.backup_code_count, 10U);
  EXPECT_TRUE(config.self_verify);
  EXPECT_FALSE(config.allow_export);
  EXPECT_TRUE(config.policy.rules.empty());
}

constexpr std::string_view kEverything = R"(
issuer = "example.org"
[totp]
algorithm = "SHA512"
digits = 8
period = 60
window = 2
strict_order = true
[lockout]
failures = 7
fail_interval = "20m"
unlock_time = 600
max_unlock_time = "2d"
consecutive_limit = 50
monthly_limit = 0
warn_at = 2
even_deny_root = true
root_unlock_time = "90s"
preset = "pci"
[source]
failures = 30
interval = "1h"
exempt = ["10.0.0.0/8", "2001:db8::1"]
[backup_codes]
count = 12
[access]
self_verify = false
allow_export = true
[[rule]]
service = ["sshd", "sudo"]
group = ["wheel"]
user = ["EXAMPLE\\alice"]
source = ["203.0.113.0/24"]
second_factor = "required"
[[rule]]
second_factor = "enrol"
)";

TEST(Config, EveryKeyArrives) {
  const Config config = good(kEverything);
  EXPECT_EQ(config.issuer, "example.org");
  EXPECT_EQ(config.totp.algorithm, wire::Algorithm::sha512);
  EXPECT_EQ(config.totp.digits, 8U);
  EXPECT_EQ(config.totp.period, 60U);
  EXPECT_EQ(config.totp.window, 2U);
  EXPECT_TRUE(config.totp.strict_order);
  EXPECT_EQ(config.lockout.failures, 7U);
  EXPECT_EQ(config.lockout.fail_interval, 1200);
  EXPECT_EQ(config.lockout.unlock_time, 600);
  EXPECT_EQ(config.lockout.max_unlock_time, 172800);
  EXPECT_EQ(config.lockout.consecutive_limit, 50U);
  EXPECT_EQ(config.lockout.monthly_limit, 0U);
  EXPECT_EQ(config.lockout.warn_at, 2U);
  EXPECT_TRUE(config.lockout.even_deny_root);
  EXPECT_EQ(config.lockout.root_unlock_time, 90);
  EXPECT_EQ(config.source.failures, 30U);
  EXPECT_EQ(config.source.interval, 3600);
  ASSERT_EQ(config.source.exempt.size(), 2U);
  EXPECT_EQ(config.source.exempt[0].prefix, 104U);
  EXPECT_EQ(config.backup_code_count, 12U);
  EXPECT_FALSE(config.self_verify);
  EXPECT_TRUE(config.allow_export);
  ASSERT_EQ(config.policy.rules.size(), 2U);
  const Rule& rule = config.policy.rules[0];
  EXPECT_EQ(rule.service, (std::vector<std::string>{"sshd", "sudo"}));
  EXPECT_EQ(rule.group, std::vector<std::string>{"wheel"});
  EXPECT_EQ(rule.user, std::vector<std::string>{"EXAMPLE\\alice"});
  ASSERT_EQ(rule.source.size(), 1U);
  EXPECT_EQ(rule.source[0].prefix, 120U);
  EXPECT_EQ(rule.second_factor, SecondFactor::required);
  EXPECT_EQ(config.policy.rules[1].second_factor, SecondFactor::enrol);
}

TEST(Config, EveryRuleKnowsItsLine) {
  const auto lines = [](std::string_view text) {
    std::vector<unsigned> found;
    for (const Rule& rule : good(text).policy.rules) found.push_back(rule.line);
    return found;
  };
  EXPECT_EQ(lines("[[rule]]\nsecond_factor=\"exempt\"\n# a word\n\n  [[rule]]\n\nuser=[\n\"alice\"]\n"
                  "second_factor=\"required\"\n[[rule]]\nsecond_factor=\"enrol\""),
            (std::vector<unsigned>{1, 5, 10}));
  EXPECT_EQ(lines("issuer=\"x\"\r\n\r\n[[rule]]\r\nsecond_factor=\"optional\""), std::vector<unsigned>{3});
  EXPECT_EQ(lines("rule = [\n{second_factor=\"exempt\"},\n{second_factor=\"enrol\"}]"), (std::vector<unsigned>{2, 3}));
}

TEST(Config, PresetsComeFirstWhereverTheyStand) {
  EXPECT_EQ(good("[lockout]\npreset=\"pci\"").lockout.failures, 10U);
  EXPECT_EQ(good("[lockout]\npreset=\"cis\"").lockout.unlock_time, 900);
  EXPECT_EQ(good("[lockout]\npreset=\"stig\"").lockout.unlock_time, kForever);
  EXPECT_EQ(good("[lockout]\npreset=\"default\"").lockout.failures, 5U);
  const auto overridden = good("[lockout]\nfailures=4\npreset=\"stig\"\nunlock_time=\"1h\"").lockout;
  EXPECT_EQ(overridden.failures, 4U);
  EXPECT_EQ(overridden.unlock_time, 3600);
  EXPECT_TRUE(overridden.even_deny_root);
}

TEST(Config, NeverIsForLocksAlone) {
  EXPECT_EQ(good("[lockout]\nunlock_time=\"never\"").lockout.unlock_time, kForever);
  EXPECT_EQ(good("[lockout]\nroot_unlock_time=\"never\"").lockout.root_unlock_time, kForever);
  EXPECT_NE(mistake("[lockout]\nfail_interval=\"never\""), "(none)");
}

TEST(Config, TextsMayBeInAnyScript) {
  EXPECT_EQ(good("issuer = \"\u65e5\u672c\"").issuer, "\u65e5\u672c");
  EXPECT_EQ(good("issuer = \"\"\"\\\n\u00a7\"\"\"").issuer, "\u00a7");
}

TEST(Config, FilesCutOrBentAnywhereNeverThrow) {
  unsigned refused = 0;
  const auto try_one = [&](std::string_view text) {
    const auto config = parse_config(text, "c.toml");
    if (config) return;
    ++refused;
    EXPECT_TRUE(config.error().starts_with("c.toml:")) << config.error();
    EXPECT_EQ(config.error().find('\n'), std::string::npos);
  };
  for (std::size_t size = 0; size < kEverything.size(); ++size) {
    try_one(kEverything.substr(0, size));
    for (const char byte : {'\0', '\n', '"', '[', '\xff'}) {
      std::string bent(kEverything);
      bent[size] = byte;
      try_one(bent);
    }
  }
  EXPECT_GT(refused, kEverything.size());
  try_one(std::string(100'000, '['));
  try_one(std::string(100'000, '\n') + "x");
}

}  // namespace
}  // namespace umbra
