// import and export as the tool does them, with a daemon that notes what it is asked.
#include <fcntl.h>
#include <sys/stat.h>

#include <fstream>

#include "tests/integration/tool/fixture.hpp"
#include "tests/integration/tool/picture.hpp"

namespace umbra::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Outcome8 = wire::ImportOutcome;

class ImportVerb : public ToolTest {
 protected:
  ImportVerb() {
    daemon.answer<wire::Import>([this](const wire::Import& message) {
      Reader items(message.items);
      outcomes_.clear();
      for (unsigned i = 0; i < message.count; ++i) {
        wire::ImportItem item;
        wire::ImportItem::fields(items, item);
        asked.push_back(std::string(message.dry_run ? "try " : "do ") + (message.replace ? "replace " : "") +
                        std::string(item.user) + (item.further ? " further" : ""));
        const auto found = says.find(std::string(item.user));
        const bool late = !message.dry_run && changed.contains(std::string(item.user));
        const auto outcome = late ? Outcome8::exists : found == says.end() ? Outcome8::imported : found->second;
        outcomes_.push_back(static_cast<std::uint8_t>(outcome));
      }
      EXPECT_TRUE(items.ok() && items.at_end());
      return wire::ImportReply{outcomes_};
    });
  }
  std::string put(const std::string& text, const std::string& name = "file", mode_t mode = 0600) const {
    const std::string path = folder.file(name);
    std::ofstream(path, std::ios::binary) << text;
    chmod(path.c_str(), mode);
    return path;
  }
  static std::string uri(const std::string& user, const std::string& secret = kSecretText) {
    return "otpauth://totp/Org:" + user + "?secret=" + secret + "\n";
  }

  std::vector<std::string> asked;
  std::map<std::string, Outcome8> says;  // unless it imports
  std::set<std::string> changed;         // exist once it is to be done
  std::vector<std::uint8_t> outcomes_;
};

TEST_F(ImportVerb, EveryLineIsTriedBeforeTheFirstIsDone) {
  const std::string path = put("# two\n" + uri("alice") + uri("bob"));
  const Outcome outcome = run({"import", "otpauth", path});
  expect_exit(outcome, Exit::done);
  EXPECT_EQ(outcome.out, path + ":2: alice: imported\n" + path + ":3: bob: imported\n");
  EXPECT_EQ(outcome.err, "");
  EXPECT_THAT(asked, ElementsAre("try alice", "try bob", "do alice", "do bob"));
}

TEST_F(ImportVerb, ADryRunOnlyTries) {
  const std::string path = put(uri("alice"));
  const Outcome outcome = run({"import", "--dry-run", "otpauth", path});
  expect_exit(outcome, Exit::done);
  EXPECT_EQ(outcome.out, path + ":1: alice: would be imported\n");
  EXPECT_THAT(asked, ElementsAre("try alice"));
}

TEST_F(ImportVerb, OneBadLineAndNothingIsImported) {
  const std::string path = put(uri("alice") + "otpauth://totp/bob?secret=1\n" + uri("carol") + uri("dave"));
  says["carol"] = Outcome8::no_such_user;
  says["dave"] = Outcome8::exists;
  const Outcome outcome = run({"import", "otpauth", path});
  expect_exit(outcome, Exit::bad_file);
  EXPECT_EQ(outcome.out, "");
  EXPECT_THAT(outcome.err, HasSubstr(path + ":2: its secret is not"));
  EXPECT_THAT(outcome.err, HasSubstr(path + ":3: carol: no such user here"));
  EXPECT_THAT(outcome.err, HasSubstr(path + ":4: dave: has a second factor already: --replace"));
  EXPECT_THAT(outcome.err, HasSubstr("3 lines cannot be imported, so nothing was"));
  for (const std::string& one : asked) EXPECT_THAT(one, testing::StartsWith("try "));
}

TEST_F(ImportVerb, ReplaceIsAskedFor) {
  expect_exit(run({"import", "otpauth", "--replace", put(uri("alice"))}), Exit::done);
  EXPECT_THAT(asked, ElementsAre("try replace alice", "do replace alice"));
}

TEST_F(ImportVerb, ASecondLineIsAFurtherDevice) {
  const std::string other = "MZXW6YTBOI";
  expect_exit(run({"import", "otpauth", put(uri("alice") + uri("bob") + uri("alice", other))}), Exit::done);
  EXPECT_THAT(asked,
              ElementsAre("try alice", "try bob", "try alice further", "do alice", "do bob", "do alice further"));
}

TEST_F(ImportVerb, NothingIsAddedToWhatWasThereBefore) {
  changed = {"alice"};
  const std::string path = put(uri("alice") + uri("alice", "MZXW6YTBOI") + uri("bob"));
  const Outcome outcome = run({"import", "otpauth", path});
  expect_exit(outcome, Exit::wrong_state);
  EXPECT_THAT(asked, testing::Not(testing::Contains("do alice further")));
  EXPECT_EQ(outcome.out, path + ":3: bob: imported\n");
  EXPECT_THAT(outcome.err, HasSubstr("2 were not imported"));
}

TEST_F(ImportVerb, NoMoreDevicesThanARecordKeeps) {
  std::string lines;
  for (int i = 0; i < 5; ++i) lines += uri("alice");
  const Outcome outcome = run({"import", "otpauth", put(lines)});
  expect_exit(outcome, Exit::bad_file);
  EXPECT_THAT(outcome.err, HasSubstr(":5: alice: stands here too often"));
  const std::string web = R"({"username":"bob","mfa_enforce_pending":true})";
  const Outcome twice =
      run({"import", "umbra-web", "--secret-key-file", put("key", "key"), put(web + "\n" + web, "web")});
  expect_exit(twice, Exit::bad_file);
  EXPECT_THAT(twice.err, HasSubstr(":2: bob: stands here too often"));
}

TEST_F(ImportVerb, UserOverridesWhatTheFileSays) {
  expect_exit(run({"import", "otpauth", "--user", "bob", put(uri("alice"))}), Exit::done);
  EXPECT_THAT(asked, ElementsAre("try bob", "do bob"));
  const Outcome outcome = run({"import", "otpauth", put(uri(""), "nameless")});
  expect_exit(outcome, Exit::bad_file);
  EXPECT_THAT(outcome.err, HasSubstr("names no user: say whose it is with --user"));
}

TEST_F(ImportVerb, UserIsForFilesThatNameNone) {
  expect_error(run({"import", "oath-usersfile", "--user", "bob", put("#\n")}), Exit::usage, "--user is for");
  expect_error(run({"import", "umbra-web", "--secret-key-file", put("key", "key"), "--user", "bob", put("\n", "web")}),
               Exit::usage, "--user is for");
  expect_error(run({"import", "umbra-web", put("\n", "web")}), Exit::usage, "--secret-key-file");
  expect_error(run({"import", "otpauth", "--secret-key-file", put("key", "key"), put("#\n")}), Exit::usage,
               "umbra-web alone");
}

TEST_F(ImportVerb, GoogleAuthenticatorsFileIsOneUsers) {
  const std::string text = std::string(kSecretText) + "\n\" TOTP_AUTH\n12345678\n";
  const std::string path = put(text);
  expect_exit(run({"import", "google-authenticator", "--user", "alice", path}), Exit::done);
  EXPECT_THAT(asked, ElementsAre("try alice", "do alice"));
  expect_error(run({"import", "google-authenticator", path}), Exit::usage, "--user");
  expect_error(run({"import", "google-authenticator", "--user", "alice", path, path}), Exit::usage, "one file");
  const Outcome counted =
      run({"import", "google-authenticator", "--user", "alice", put(text + "\" HOTP_COUNTER 1\n", "counted")});
  expect_exit(counted, Exit::bad_file);
  EXPECT_THAT(counted.err, HasSubstr(":4: its codes are counted (HOTP_COUNTER)"));
}

TEST_F(ImportVerb, FilesThatAreNotTrusted) {
  const std::string path = put(uri("alice"), "writable", 0666);
  expect_error(run({"import", "otpauth", path}), Exit::bad_file, "chmod go-w");
  ASSERT_EQ(symlink(put(uri("alice")).c_str(), folder.file("link").c_str()), 0);
  expect_error(run({"import", "otpauth", folder.file("link")}), Exit::bad_file, "symbolic link");
  expect_error(run({"import", "otpauth", put("# nothing\n", "empty")}), Exit::bad_file, "nothing to import");
  EXPECT_TRUE(asked.empty());
}

TEST_F(ImportVerb, JsonIsALineACredential) {
  const Outcome outcome = run({"--json", "import", "otpauth", put(uri("alice"))});
  expect_exit(outcome, Exit::done);
  const auto object = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(object["user"], "alice");
  EXPECT_EQ(object["line"], 1);
  EXPECT_EQ(object["imported"], true);
}

TEST_F(ImportVerb, ManyLinesGoInFewPackets) {
  std::string lines;
  for (int i = 0; i < 2000; ++i) lines += uri("user" + std::to_string(i));
  const Outcome outcome = run({"import", "otpauth", put(lines)});
  expect_exit(outcome, Exit::done);
  EXPECT_EQ(std::count(outcome.out.begin(), outcome.out.end(), '\n'), 2000);
  EXPECT_EQ(asked.size(), 4000U);
  EXPECT_LE(daemon.count(wire::Op::import_users), 2 * 17);
}

TEST_F(ImportVerb, ADaemonThatAnswersLessIsBroken) {
  daemon.answer<wire::Import>([](const wire::Import&) { return wire::ImportReply{}; });
  expect_exit(run({"import", "otpauth", put(uri("alice"))}), Exit::unavailable);
}

TEST_F(ImportVerb, OthersAreNotPermitted) {
  daemon.fail<wire::Import>(wire::Status::not_permitted);
  expect_error(run({"import", "otpauth", put(uri("alice"))}), Exit::not_permitted);
}

class ExportVerb : public ToolTest {
 protected:
  void give(bool allowed, unsigned devices = 1, std::uint8_t digits = 6) {
    daemon.answer<wire::Export>([this, allowed, devices, digits](const wire::Export& message) {
      Writer writer(room_);
      for (unsigned i = 0; i < devices; ++i)
        wire::ExportedDevice::fields(writer, std::as_const(device = {i == 0 ? "" : "2", kSecret, 1, digits, 30}));
      wire::ExportReply reply;
      reply.allowed = allowed;
      if (!allowed) return reply;
      reply.user = message.user;
      reply.issuer = "example.org";
      reply.count = static_cast<std::uint8_t>(devices);
      reply.devices = Bytes(room_).first(writer.size());
      return reply;
    });
  }

  wire::ExportedDevice device;
  std::array<std::uint8_t, 512> room_{};
};

TEST_F(ExportVerb, AUriADevice) {
  give(true, 2);
  const Outcome outcome = run({"export", "alice"});
  expect_exit(outcome, Exit::done);
  EXPECT_EQ(outcome.out, std::string(kUri) + "\n" + kUri + "\n");
}

TEST_F(ExportVerb, APictureThatIsNew) {
  give(true, 2);
  const std::string path = folder.file("code.png");
  const Outcome outcome = run({"export", "--png", path, "alice"});
  expect_exit(outcome, Exit::done);
  EXPECT_EQ(outcome.out, "");
  EXPECT_THAT(outcome.err, HasSubstr("further devices"));
  struct stat status{};
  ASSERT_EQ(stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
  EXPECT_EQ(scan(path), kUri);
  expect_error(run({"export", "--png", path, "alice"}), Exit::usage, "it exists");
}

TEST_F(ExportVerb, ALineForTheWebApplication) {
  give(true);
  const std::string key = folder.file("key");
  std::ofstream(key) << "change-me-in-production\n";
  chmod(key.c_str(), 0600);
  const Outcome outcome = run({"export", "--format", "json", "--secret-key-file", key, "alice"});
  expect_exit(outcome, Exit::done);
  const auto object = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(object["username"], "alice");
  EXPECT_EQ(object["totp_enabled"], true);
  EXPECT_THAT(object["totp_secret"].get<std::string>(), testing::StartsWith("gAAAAA"));
  EXPECT_EQ(outcome.out.find(kSecretText), std::string::npos);
  give(true, 1, 8);
  expect_error(run({"export", "--format", "json", "--secret-key-file", key, "alice"}), Exit::wrong_state, "6 digits");
}

TEST_F(ExportVerb, SwitchedOff) {
  give(false);
  expect_error(run({"export", "alice"}), Exit::not_permitted, "allow_export = true");
}

TEST_F(ExportVerb, WordsThatCannotBeMeant) {
  expect_error(run({"export"}), Exit::usage);
  expect_error(run({"export", "--format", "json", "alice"}), Exit::usage, "--secret-key-file");
  expect_error(run({"export", "--secret-key-file", "/x", "alice"}), Exit::usage, "--format json");
  EXPECT_EQ(daemon.count(wire::Op::export_user), 0);
}

}  // namespace
}  // namespace umbra::test
