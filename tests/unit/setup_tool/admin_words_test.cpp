#include "setup_tool/verbs.hpp"
#include "tests/unit/setup_tool/parse.hpp"

namespace umbra {
namespace {

using test::expect_usage;
using test::good;
using test::parse;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(Words, EachVerbIsInTheHelpAndHasItsOwn) {
  for (const char* verb : {"setup", "confirm", "status", "verify", "backup-codes", "disable", "list", "enforce",
                           "unenforce", "unlock", "bypass", "remove", "log", "doctor"}) {
    EXPECT_THAT(parse({}).out, HasSubstr(std::string("\n  ") + verb + " ")) << verb;
    const Parsed help = parse({verb, "--help"});
    EXPECT_EQ(help.exit, Exit::done) << verb;
    EXPECT_THAT(help.out, HasSubstr(std::string("umbra-totp ") + verb)) << verb;
  }
}

TEST(Words, ProvenVerbsTakeOneUserOrNone) {
  EXPECT_EQ(good({"backup-codes"}).verb, Verb::backup_codes);
  EXPECT_EQ(good({"backup-codes"}).user, "");
  EXPECT_EQ(good({"backup-codes", "alice"}).user, "alice");
  EXPECT_EQ(good({"disable", "alice", "--stdin"}).verb, Verb::disable);
  // Neither password nor code is ever a word.
  expect_usage({"backup-codes", "alice", "123456"});
  expect_usage({"disable", "alice", "--code", "123456"});
  expect_usage({"disable", "alice", "--password", "x"});
}

TEST(Words, EnforceTakesOneUserOrMore) {
  EXPECT_EQ(good({"enforce", "alice"}).verb, Verb::enforce);
  EXPECT_THAT(good({"enforce", "alice"}).users, ElementsAre("alice"));
  EXPECT_EQ(good({"unenforce", "alice", "bob"}).verb, Verb::unenforce);
  EXPECT_THAT(good({"unenforce", "--json", "alice", "list"}).users, ElementsAre("alice", "list"));
  expect_usage({"enforce"}, "USER");
  expect_usage({"unenforce"}, "USER");
  expect_usage({"enforce", "alice", ""});
  expect_usage({"enforce", std::string(256, 'n').c_str()});
}

TEST(Words, BypassTakesADuration) {
  EXPECT_EQ(good({"bypass", "alice"}).verb, Verb::bypass);
  EXPECT_EQ(good({"bypass", "alice"}).user, "alice");
  EXPECT_EQ(good({"bypass", "alice"}).valid, 900U);
  EXPECT_EQ(good({"bypass", "alice", "--valid", "1s"}).valid, 1U);
  EXPECT_EQ(good({"bypass", "--valid=2h", "alice"}).valid, 7200U);
  EXPECT_EQ(good({"bypass", "alice", "--valid", "7d"}).valid, 604800U);
  expect_usage({"bypass"}, "USER");
  for (const char* valid : {"0s", "8d", "604801s", "15", "m", "", "15 m", "-1m", "1.5h", "1w", "15m ", "0x10m"})
    expect_usage({"bypass", "alice", "--valid", valid}, "from 1s to 7d");
}

TEST(SecondsOf, ReadsWholeDurationsAlone) {
  EXPECT_EQ(seconds_of("90s"), 90U);
  EXPECT_EQ(seconds_of("010m"), 600U);
  EXPECT_EQ(seconds_of("168h"), 604800U);
  EXPECT_EQ(seconds_of("604800s"), 604800U);
  // As many days as overflow to a fine number of seconds.
  for (const char* text : {"", "s", "10081m", "169h", "213503982334602d", "99999999999999999999s", "5ms", "+5m"})
    EXPECT_EQ(seconds_of(text), std::nullopt) << text;
}

TEST(Words, ImportTakesAFormatAndFiles) {
  const Words plain = good({"import", "oath-usersfile", "/etc/users.oath"});
  EXPECT_EQ(plain.verb, Verb::import_users);
  EXPECT_EQ(plain.import_format, ImportFormat::oath_usersfile);
  EXPECT_EQ(plain.files, (std::vector<std::string>{"/etc/users.oath"}));
  EXPECT_TRUE(plain.user.empty() && !plain.dry_run && !plain.replace);
  const Words full = good({"import", "--dry-run", "--replace", "umbra-web", "--secret-key-file", "k", "a", "b"});
  EXPECT_EQ(full.import_format, ImportFormat::umbra_web);
  EXPECT_EQ(full.files, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(full.secret_key_file, "k");
  EXPECT_TRUE(full.dry_run && full.replace);
  EXPECT_EQ(good({"import", "google-authenticator", "--user", "alice", "f"}).user, "alice");
  EXPECT_EQ(good({"import", "otpauth", "f"}).import_format, ImportFormat::otpauth);
  expect_usage({"import"});
  expect_usage({"import", "otpauth"}, "FILE");
  expect_usage({"import", "csv", "f"}, "csv");
  expect_usage({"import", "otpauth", "--user", "", "f"});
}

TEST(Words, ExportTakesAUser) {
  const Words plain = good({"export", "alice"});
  EXPECT_EQ(plain.verb, Verb::export_user);
  EXPECT_EQ(plain.user, "alice");
  EXPECT_EQ(plain.export_format, ExportFormat::uri);
  const Words full = good({"export", "--format", "json", "--secret-key-file", "k", "--png", "p", "alice"});
  EXPECT_EQ(full.export_format, ExportFormat::json);
  EXPECT_EQ(full.secret_key_file, "k");
  EXPECT_EQ(full.png, "p");
  expect_usage({"export"}, "USER");
  expect_usage({"export", "--format", "xml", "alice"}, "xml");
}

TEST(Words, LogOptions) {
  const Words plain = good({"log"});
  EXPECT_EQ(plain.verb, Verb::log);
  EXPECT_EQ(plain.user, "");
  EXPECT_EQ(plain.count, 50U);
  EXPECT_FALSE(plain.follow);
  const Words read = good({"log", "--user", "alice", "-f", "-n", "0"});
  EXPECT_EQ(read.user, "alice");
  EXPECT_EQ(read.count, 0U);
  EXPECT_TRUE(read.follow);
  EXPECT_TRUE(good({"log", "--follow"}).follow);
  EXPECT_EQ(good({"log", "-n1000000"}).count, 1'000'000U);
  expect_usage({"log", "-n", "1000001"}, "1000001");
  expect_usage({"log", "-n", "-1"});
  expect_usage({"log", "-n", "all"}, "all");
  expect_usage({"log", "--user", ""});
  expect_usage({"log", "alice"}, "alice");
}

TEST(Words, DoctorExplainsOneLogin) {
  const Words plain = good({"doctor", "--user", "alice"});
  EXPECT_EQ(plain.verb, Verb::doctor);
  EXPECT_EQ(plain.user, "alice");
  EXPECT_EQ(plain.service, "sshd");
  EXPECT_EQ(plain.source, "");
  const Words read = good({"doctor", "--user", "alice", "--service", "sudo", "--source", "2001:db8::1"});
  EXPECT_EQ(read.service, "sudo");
  EXPECT_EQ(read.source, "2001:db8::1");
  EXPECT_EQ(good({"doctor", "--user", "a", "--source", "192.0.2.7"}).source, "192.0.2.7");
}

TEST(Words, DoctorLooksAtServices) {
  EXPECT_TRUE(good({"doctor"}).services.empty());
  EXPECT_EQ(good({"doctor"}).user, "");
  EXPECT_EQ(good({"doctor", "sshd", "sudo"}).services, (std::vector<std::string>{"sshd", "sudo"}));
  EXPECT_EQ(good({"doctor", "--root", "/", "sshd"}).root, "/");
}

TEST(Words, DoctorLooksAtServicesOrAtOneLogin) {
  expect_usage({"doctor", "--service", "sudo"}, "--user");
  expect_usage({"doctor", "--source", "192.0.2.7"}, "--user");
  expect_usage({"doctor", "--user", "alice", "sshd"}, "--user");
  expect_usage({"doctor", "--user", "alice", "--root", "/"}, "--root");
  expect_usage({"doctor", "--root", "/nowhere"}, "/nowhere");
  for (const char* service : {"", "/etc/pam.d/sshd", "../sshd", "."}) expect_usage({"doctor", service});
}

TEST(Words, ASourceIsAnAddress) {
  for (const char* source : {"", "tty1", "localhost", "192.0.2", "192.0.2.0/24", "fe80::1%eth0", "192.0.2.7 "})
    expect_usage({"doctor", "--user", "alice", "--source", source}, "IPv4 or IPv6 address");
  expect_usage({"doctor", "--user", "alice", "--service", ""});
  expect_usage({"doctor", "--user", "alice", "--service", std::string(65, 's').c_str()});
}

}  // namespace
}  // namespace umbra
