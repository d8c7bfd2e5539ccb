// What is wrong is said with its place; which files are read at all.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "daemon/system/config.hpp"
#include "tests/support/temp_dir.hpp"

namespace {
bool foreign = false;  // files belong to somebody else
}  // namespace

extern "C" int __real_fstat64(int fd, struct stat64* status);
extern "C" int __wrap_fstat64(int fd, struct stat64* status);
extern "C" int __wrap_fstat64(int fd, struct stat64* status) {
  const int result = __real_fstat64(fd, status);
  if (foreign) status->st_uid = geteuid() + 12345;
  return result;
}

namespace umbra {
namespace {

constexpr std::string_view kNetwork =
    R"(must be an address or a network like "192.0.2.0/24" or "2001:db8::/32", no bit set behind its prefix)";
constexpr std::string_view kTime = R"(: seconds, or a text like "90s", "15m", "24h", "1d")";

TEST(ConfigMistake, IsNamedWithItsPlace) {
  const struct {
    std::string_view text;
    std::string said;
  } cases[] = {
      {"isuer = 'x'",
       "1:1: unknown key 'isuer'; the file knows access, backup_codes, issuer, lockout, rule, source, totp"},
      {"\n[totp]\n  failuers = 1",
       "3:3: unknown key 'failuers'; [totp] knows algorithm, digits, period, strict_order, window"},
      {"[access]\nx=1", "2:1: unknown key 'x'; [access] knows allow_export, self_verify"},
      {"[backup_codes]\nx=1", "2:1: unknown key 'x'; [backup_codes] knows count"},
      {"[source]\nx=1", "2:1: unknown key 'x'; [source] knows exempt, failures, interval"},
      {"\"a\\nb\" = 1",
       "1:1: unknown key 'a\\x0ab'; the file knows access, backup_codes, issuer, lockout, rule, source, totp"},
      {"issuer = 5", "1:10: 'issuer' must be a text of 1 to 255 bytes without control characters and without ':'"},
      {"issuer = ''", "1:10: 'issuer' must be a text of 1 to 255 bytes without control characters and without ':'"},
      {"issuer = 'a:b'", "1:10: 'issuer' must be a text of 1 to 255 bytes without control characters and without ':'"},
      {"totp = 3", "1:8: 'totp' must be a table: write [totp]"},
      {"[totp]\nalgorithm = 'MD5'", "2:13: 'algorithm' must be one of these texts: SHA1, SHA256, SHA512"},
      {"[totp]\nalgorithm = 'sha1'", "2:13: 'algorithm' must be one of these texts: SHA1, SHA256, SHA512"},
      {"[totp]\ndigits = 9", "2:10: 'digits' must be a whole number from 6 to 8"},
      {"[totp]\ndigits = 5", "2:10: 'digits' must be a whole number from 6 to 8"},
      {"[totp]\ndigits = 6.0", "2:10: 'digits' must be a whole number from 6 to 8"},
      {"[totp]\ndigits = '6'", "2:10: 'digits' must be a whole number from 6 to 8"},
      {"[totp]\nperiod = 0", "2:10: 'period' must be a whole number from 1 to 86400"},
      {"[totp]\nwindow = -1", "2:10: 'window' must be a whole number from 0 to 10"},
      {"[totp]\nwindow = 4294967297", "2:10: 'window' must be a whole number from 0 to 10"},
      {"[totp]\nstrict_order = 1", "2:16: 'strict_order' must be true or false"},
      {"totp.digits = 9", "1:15: 'digits' must be a whole number from 6 to 8"},
      {"[lockout]\npreset = 'nist'", "2:10: 'preset' must be one of these texts: default, pci, cis, stig"},
      {"[lockout]\nfailures = 17", "2:12: 'failures' must be a whole number from 1 to 16"},
      {"[lockout]\nfailures = 0", "2:12: 'failures' must be a whole number from 1 to 16"},
      {"[lockout]\nfail_interval = '15x'", "2:17: 'fail_interval' must be a time from 1s to 30d" + std::string(kTime)},
      {"[lockout]\nfail_interval = 0", "2:17: 'fail_interval' must be a time from 1s to 30d" + std::string(kTime)},
      {"[lockout]\nunlock_time = '366d'",
       "2:15: 'unlock_time' must be a time from 1s to 365d" + std::string(kTime) + ", or \"never\""},
      {"[lockout]\nmax_unlock_time = []",
       "2:19: 'max_unlock_time' must be a time from 1s to 365d" + std::string(kTime) + ", or \"never\""},
      {"[lockout]\nroot_unlock_time = -1",
       "2:20: 'root_unlock_time' must be a time from 1s to 365d" + std::string(kTime) + ", or \"never\""},
      {"[lockout]\nconsecutive_limit = 100001", "2:21: 'consecutive_limit' must be a whole number from 0 to 100000"},
      {"[lockout]\nmonthly_limit = 7651", "2:17: 'monthly_limit' must be a whole number from 0 to 7650"},
      {"[lockout]\nwarn_at = 17", "2:11: 'warn_at' must be a whole number from 0 to 16"},
      {"[lockout]\neven_deny_root = 'yes'", "2:18: 'even_deny_root' must be true or false"},
      {"[source]\nfailures = 0", "2:12: 'failures' must be a whole number from 1 to 10000"},
      {"[source]\ninterval = true", "2:12: 'interval' must be a time from 1s to 30d" + std::string(kTime)},
      {"[source]\nexempt = '10.0.0.0/8'",
       "2:10: 'exempt' must be a list of texts, each " + std::string(kNetwork.substr(8))},
      {"[source]\nexempt = ['10.0.0.0/8',\n '10.0.0.1/8']", "3:2: each entry of 'exempt' " + std::string(kNetwork)},
      {"[source]\nexempt = [8]", "2:11: each entry of 'exempt' " + std::string(kNetwork)},
      {"[backup_codes]\ncount = 21", "2:9: 'count' must be a whole number from 1 to 20"},
      {"[access]\nself_verify = 0", "2:15: 'self_verify' must be true or false"},
      {"[access]\nallow_export = 0", "2:16: 'allow_export' must be true or false"},
      {"rule = 1", "1:8: 'rule' must be a list of tables: write [[rule]] above each"},
      {"rule = [1]", "1:9: 'rule' must be a list of tables: write [[rule]] above each"},
      {"[rule]\nuser = []", "1:1: 'rule' must be a list of tables: write [[rule]] above each"},
      {"\n[[rule]]\nservice = ['sshd']",
       "2:1: this [[rule]] needs second_factor: one of required, optional, exempt, enrol"},
      {"[[rule]]\nsecond_factor = 'on'",
       "2:17: 'second_factor' must be one of these texts: required, optional, exempt, enrol"},
      {"[[rule]]\nsecond_factor = 'exempt'\nuser = ['a', 'a']", "3:14: 'a' stands in 'user' twice"},
      {"[[rule]]\nsecond_factor = 'exempt'\nuser = ['']", "3:9: each entry of 'user' must be the name of a user"},
      {"[[rule]]\nsecond_factor = 'exempt'\ngroup = ['a:b']",
       "3:10: each entry of 'group' must be the name of a group"},
      {"[[rule]]\nsecond_factor = 'exempt'\nservice = [1]",
       "3:12: each entry of 'service' must be the name of a PAM service"},
      {"[[rule]]\nsecond_factor = 'exempt'\nsource = ['home']",
       "3:11: each entry of 'source' " + std::string(kNetwork)},
      {"[[rule]]\nsecond_factor = 'exempt'\nusers = []",
       "3:1: unknown key 'users'; [[rule]] knows group, second_factor, service, source, user"},
  };
  for (const auto& [text, said] : cases) {
    const auto config = parse_config(text, "c.toml");
    ASSERT_FALSE(config) << text;
    EXPECT_EQ(config.error(), "c.toml:" + said) << text;
  }
}

TEST(ConfigMistake, TheFirstOneOfTheFileIsNamed) {
  const auto config = parse_config("[totp]\nwindow = 99\n[access]\nx = 1\n", "c.toml");
  ASSERT_FALSE(config);
  EXPECT_EQ(config.error(), "c.toml:2:10: 'window' must be a whole number from 0 to 10");
}

TEST(ConfigMistake, BrokenTomlHasAPlaceToo) {
  const std::pair<std::string_view, std::string_view> cases[] = {{"[lockout\n", "c.toml:1:9: "},
                                                                 {"a = = 1", "c.toml:1:5: "},
                                                                 {"[totp]\ndigits=6\ndigits=7", "c.toml:3:8: "},
                                                                 {"[totp]\n[totp]", "c.toml:2:"},
                                                                 {"issuer = \"x\"\nb\u0490", "c.toml:2:2: "}};
  for (const auto& [text, place] : cases) {
    const auto config = parse_config(text, "c.toml");
    ASSERT_FALSE(config) << text;
    EXPECT_TRUE(config.error().starts_with(place)) << config.error();
    EXPECT_EQ(config.error().find('\n'), std::string::npos);
  }
}

// Files over which toml++ itself stumbles, see daemon/system/toml.hpp.
TEST(ConfigMistake, WhatTheLibraryAssertsIsAMistakeWithAPlace) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"[[[a]]]", "1:3"},
      {"[totp]\n [[[rule]]]", "2:4"},
      {"[[=", "1:3"},
      {"issuer = \"\u65e5\"\n[\n1]", "2:2"},
      {"issuer = '\u65e5' # x\nexempt = ['\u65e5', }", "2:16"}};
  for (const auto& [text, place] : cases) {
    const auto config = parse_config(text, "c.toml");
    ASSERT_FALSE(config) << text;
    EXPECT_EQ(config.error(), "c.toml:" + std::string(place) + ": this is no TOML: a key or a value must stand here");
  }
}

class ConfigFile : public testing::Test {
 protected:
  ~ConfigFile() override { foreign = false; }
  void write(std::string_view text, mode_t mode = 0644) const {
    std::ofstream(path_) << text;
    ASSERT_EQ(chmod(path_.c_str(), mode), 0);
  }
  [[nodiscard]] std::string refusal() const {
    const auto config = load_config(path_);
    return config ? "(none)" : config.error();
  }

  test::TempDir directory_;
  std::string path_ = directory_.path() + "/config.toml";
};

TEST_F(ConfigFile, AbsentIsTheDefaults) {
  const auto config = load_config(path_);
  ASSERT_TRUE(config);
  EXPECT_EQ(config->totp.digits, 6U);
}

TEST_F(ConfigFile, IsRead) {
  write("[totp]\ndigits = 8\n");
  const auto config = load_config(path_);
  ASSERT_TRUE(config);
  EXPECT_EQ(config->totp.digits, 8U);
  write("[totp]\ndigits = 9\n");
  EXPECT_EQ(refusal(), path_ + ":2:10: 'digits' must be a whole number from 6 to 8");
}

TEST_F(ConfigFile, OthersMustNotBeAbleToWriteIt) {
  for (const mode_t mode : {mode_t{0664}, mode_t{0646}, mode_t{0666}}) {
    write("", mode);
    EXPECT_EQ(refusal(), path_ + ": may be written by more than its owner: chmod go-w it");
  }
  write("", 0644);
  EXPECT_EQ(refusal(), "(none)");
  foreign = true;
  EXPECT_EQ(refusal(), path_ + ": belongs to somebody else, who could switch the second factor off: chown root it");
}

TEST_F(ConfigFile, OnlyARegularFileIsRead) {
  ASSERT_EQ(mkdir(path_.c_str(), 0755), 0);
  EXPECT_EQ(refusal(), path_ + ": is no regular file: put the configuration there, or nothing");
  ASSERT_EQ(rmdir(path_.c_str()), 0);
  ASSERT_EQ(mkfifo(path_.c_str(), 0600), 0);
  EXPECT_EQ(refusal(), path_ + ": is no regular file: put the configuration there, or nothing");
  EXPECT_FALSE(load_config(path_ + "/below"));
}

TEST_F(ConfigFile, HasALimit) {
  write(std::string(std::size_t{1} << 20, '\n'));
  EXPECT_EQ(refusal(), "(none)");
  write(std::string((std::size_t{1} << 20) + 1, '\n'));
  EXPECT_EQ(refusal(), path_ + ": is larger than 1 MiB: make it shorter");
}

}  // namespace
}  // namespace umbra
