// backup and restore against a scripted daemon: files, bars, words and exit codes.
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "common/backup_messages.hpp"
#include "tests/integration/tool/fixture.hpp"
#include "tests/support/temp_dir.hpp"

namespace umbra::test {
namespace {

using testing::HasSubstr;
using wire::Obstacle;

class Backups : public ToolTest {
 protected:
  // A backup in `count` pages of a line each.
  void answer_backup(std::uint64_t count, std::uint64_t unreadable = 0) {
    daemon.answer<wire::BackupBegin>([this, count](const wire::BackupBegin& message) {
      with_keys = message.with_keys;
      wire::BackupBegun reply;
      reply.id = 77;
      reply.users = count * 100;
      return reply;
    });
    daemon.answer<wire::BackupPage>([this, count, unreadable](const wire::BackupPage& message) {
      wire::BackupPageReply reply;
      if (message.id != 77 || message.number != ++asked) reply.obstacle = static_cast<std::uint8_t>(Obstacle::expired);
      line_ = "line " + std::to_string(message.number) + "\n";
      reply.more = message.number < count;
      reply.users = message.number * 100;
      reply.unreadable = unreadable;
      reply.lines = {reinterpret_cast<const std::uint8_t*>(line_.data()), line_.size()};
      return reply;
    });
  }
  // Takes what comes; `obstacle` stands in the way at page `at`, or at the end.
  void answer_restore(Obstacle obstacle = Obstacle::none, std::uint64_t at = 0) {
    daemon.answer<wire::Restore>([this](const wire::Restore& message) {
      keep = message.keep_backup_codes;
      wire::BackupBegun reply;
      reply.id = 78;
      return reply;
    });
    daemon.answer<wire::RestorePage>([this, obstacle, at](const wire::RestorePage& message) {
      pages.emplace_back(reinterpret_cast<const char*>(message.lines.data()), message.lines.size());
      wire::RestorePageReply reply;
      reply.users = message.number * 100;
      reply.total = 1000;
      if (message.id != 78 || message.number != pages.size())
        reply.obstacle = static_cast<std::uint8_t>(Obstacle::expired);
      if (message.number == at) reply = {static_cast<std::uint8_t>(obstacle), 17, 0, 0};
      return reply;
    });
    daemon.answer<wire::RestoreEnd>([obstacle, at](const wire::RestoreEnd&) {
      if (at == 0 && obstacle != Obstacle::none)
        return wire::RestoreEndReply{static_cast<std::uint8_t>(obstacle), 17, 0, 0, 0};
      return wire::RestoreEndReply{0, 0, 12, 3, 2};
    });
  }
  std::string write(const std::string& text) {
    std::ofstream(folder.file("backup"), std::ios::binary) << text;
    return folder.file("backup");
  }
  [[nodiscard]] std::size_t files() const {
    return static_cast<std::size_t>(
        std::distance(std::filesystem::directory_iterator(std::filesystem::path(folder.file("x")).parent_path()), {}));
  }

  bool with_keys = false, keep = false;
  std::uint64_t asked = 0;
  std::vector<std::string> pages;

 private:
  std::string line_;
};

TEST_F(Backups, AreAllPagesInANewFileOfTheOwners) {
  answer_backup(3);
  const std::string path = folder.file("new");
  const Outcome outcome = run({"backup", path});
  expect_exit(outcome, Exit::done);
  EXPECT_EQ(read_file(path), "line 1\nline 2\nline 3\n");
  EXPECT_THAT(outcome.out, HasSubstr(path + ": 300 users"));
  EXPECT_THAT(outcome.out, HasSubstr("keep a copy of that as well"));
  EXPECT_EQ(outcome.err, "");
  EXPECT_FALSE(with_keys);
  struct stat status{};
  ASSERT_EQ(stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0600U);
  EXPECT_EQ(files(), 1U);
}

TEST_F(Backups, InJson) {
  answer_backup(1, 2);
  const Outcome outcome = run({"--json", "backup", folder.file("new")});
  EXPECT_EQ(outcome.out, "{\"file\":\"" + folder.file("new") + "\",\"users\":100,\"unreadable\":2,\"keys\":false}\n");
  EXPECT_THAT(outcome.err, HasSubstr("2 records do not open"));
}

TEST_F(Backups, WithKeysIsWarnedOf) {
  answer_backup(1);
  const Outcome outcome = run({"backup", "--with-keys", folder.file("new")});
  expect_exit(outcome, Exit::done);
  EXPECT_TRUE(with_keys);
  EXPECT_THAT(outcome.err, HasSubstr("going to hold the key ring"));
}

TEST_F(Backups, NeverOverAFile) {
  answer_backup(1);
  const std::string path = write("mine");
  expect_error(run({"backup", path}), Exit::usage, "it exists");
  EXPECT_EQ(read_file(path), "mine");
  EXPECT_EQ(daemon.count(wire::Op::backup_begin), 0);
  std::filesystem::create_symlink("nowhere", folder.file("link"));
  expect_error(run({"backup", folder.file("link")}), Exit::usage, "it exists");
  expect_error(run({"backup", folder.file("no/where")}), Exit::usage, "cannot create");
}

TEST_F(Backups, AFileThatCameMeanwhileStays) {
  answer_backup(1);
  const std::string path = folder.file("new");
  daemon.answer<wire::BackupBegin>([&](const wire::BackupBegin&) {
    std::ofstream(path) << "mine";
    return wire::BackupBegun{0, 77, 1};
  });
  expect_error(run({"backup", path}), Exit::usage, "it exists");
  EXPECT_EQ(read_file(path), "mine");
  EXPECT_EQ(files(), 1U);
}

TEST_F(Backups, WhatFailsLeavesNothing) {
  answer_backup(3);
  daemon.fail<wire::BackupPage>(wire::Status::unavailable);
  expect_error(run({"backup", folder.file("new")}), Exit::unavailable);
  daemon.answer<wire::BackupPage>([](const wire::BackupPage&) {
    wire::BackupPageReply reply;
    reply.obstacle = static_cast<std::uint8_t>(Obstacle::expired);
    return reply;
  });
  expect_error(run({"backup", folder.file("new")}), Exit::unavailable, "try again");
  daemon.answer<wire::BackupBegin>(
      [](const wire::BackupBegin&) { return wire::BackupBegun{static_cast<std::uint8_t>(Obstacle::busy), 0, 0}; });
  expect_error(run({"backup", folder.file("new")}), Exit::wrong_state, "under way");
  daemon.fail<wire::BackupBegin>(wire::Status::not_permitted);
  expect_error(run({"backup", folder.file("new")}), Exit::not_permitted);
  EXPECT_EQ(files(), 0U);
}

TEST_F(Backups, HaveABarOnATerminal) {
  answer_backup(3);
  ToolOnTerminal tool(with_socket({"backup", folder.file("new")}));
  EXPECT_EQ(tool.wait(), 0);
  EXPECT_THAT(tool.shown(), HasSubstr("] 100 of 300"));
}

TEST_F(Backups, AreSentBackInWholeLines) {
  answer_restore();
  std::string text;
  for (int i = 0; i < 400; ++i) text += std::string(static_cast<std::size_t>(i), 'x') + "\n";
  const Outcome outcome = run({"restore", write(text)});
  expect_exit(outcome, Exit::done);
  std::string all;
  for (const std::string& page : pages) {
    EXPECT_EQ(page.back(), '\n');
    all += page;
  }
  EXPECT_EQ(all, text);
  EXPECT_GT(pages.size(), 5U);
  EXPECT_LT(pages.size(), 8U);
  EXPECT_FALSE(keep);
  EXPECT_THAT(outcome.out, HasSubstr("12 users restored"));
  EXPECT_THAT(outcome.out, HasSubstr("3 of them need fresh backup codes"));
  EXPECT_THAT(outcome.out, HasSubstr("2 users who were set up are not in it"));
}

TEST_F(Backups, RestoredInJsonAndWithTheirBackupCodes) {
  answer_restore();
  const Outcome outcome = run({"restore", "--keep-backup-codes", "--json", write("a\n")});
  EXPECT_EQ(outcome.out, "{\"users\":12,\"backup_codes_dead\":3,\"gone\":2}\n");
  EXPECT_TRUE(keep);
}

TEST_F(Backups, ACutLineIsSentAsItIs) {
  answer_restore();
  run({"restore", write("whole\ncut")});
  EXPECT_EQ(pages, (std::vector<std::string>{"whole\n", "cut"}));
}

TEST_F(Backups, ALineOfAnyLengthComesToAnEnd) {
  answer_restore();
  run({"restore", write(std::string(50'000, 'x') + "\nend\n")});
  std::string all;
  for (const std::string& page : pages) all += page;
  EXPECT_EQ(all, std::string(50'000, 'x') + "\nend\n");
}

TEST_F(Backups, EachObstacleSaysWhatToDo) {
  const std::string path = write("a\n");
  const struct {
    Obstacle obstacle;
    Exit exit;
    const char* what;
  } cases[] = {
      {Obstacle::not_a_backup, Exit::bad_file, "line 17: no line of a backup"},
      {Obstacle::newer_version, Exit::bad_file, "update umbra-totp first"},
      {Obstacle::foreign_ring, Exit::bad_file, "line 17: sealed by a key that the key ring does not have"},
      {Obstacle::record, Exit::bad_file, "line 17: a record that does not open"},
      {Obstacle::order, Exit::bad_file, "line 17: a record out of its order"},
      {Obstacle::changed, Exit::bad_file, "not as backup wrote it"},
      {Obstacle::incomplete, Exit::bad_file, "ends early, before line 17"},
      {Obstacle::ring_changed, Exit::wrong_state, "try again"},
      {Obstacle::expired, Exit::unavailable, "try again"},
  };
  for (const auto& one : cases)
    for (const std::uint64_t at : {std::uint64_t{1}, std::uint64_t{0}}) {
      pages.clear();
      answer_restore(one.obstacle, at);
      expect_error(run({"restore", path}), one.exit, one.what);
    }
  daemon.answer<wire::Restore>(
      [](const wire::Restore&) { return wire::BackupBegun{static_cast<std::uint8_t>(Obstacle::busy), 0, 0}; });
  expect_error(run({"restore", path}), Exit::wrong_state, "under way");
}

TEST_F(Backups, WhatIsNoFileIsNotRead) {
  answer_restore();
  expect_error(run({"restore", folder.file("missing")}), Exit::bad_file, "nothing was changed");
  expect_error(run({"restore", "/dev/zero"}), Exit::bad_file, "it is no file");
  expect_error(run({"restore", "/tmp"}), Exit::bad_file, "it is no file");
  EXPECT_EQ(daemon.count(wire::Op::restore), 0);
}

}  // namespace
}  // namespace umbra::test
