#include "setup_tool/doctor/machine.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "setup_tool/doctor/program.hpp"
#include "tests/support/temp_dir.hpp"

namespace umbra::test {
namespace {

using testing::HasSubstr;

class Machine : public testing::Test {
 protected:
  Machine() {
    const std::string root = dir_.path();
    paths = {root + "/run/socket",   root + "/keyring", root + "/state", root + "/config.toml",
             {root + "/credential"}, root + "/daemon",  getuid()};
    mkdir((root + "/run").c_str(), 0755);
    mkdir((root + "/state").c_str(), 0700);
    write(paths.keyring, "key\n", 0400);
    write(paths.state_dir + "/data.mdb", "", 0600);
    make_socket();
  }
  ~Machine() override { close(socket_); }

  static void write(const std::string& path, const std::string& text, mode_t mode) {
    std::ofstream(path) << text;
    chmod(path.c_str(), mode);
  }
  // What judge_files does not call good.
  [[nodiscard]] Findings wrong() const {
    Findings findings = judge_files(paths);
    std::erase_if(findings, [](const Finding& f) { return f.level == Level::good; });
    return findings;
  }
  void expect_one(Level level, const std::string& subject, const std::string& what) const {
    const Findings findings = wrong();
    ASSERT_EQ(findings.size(), 1U) << findings_page(findings);
    EXPECT_EQ(findings[0].level, level);
    EXPECT_EQ(findings[0].subject, subject);
    EXPECT_THAT(findings[0].what, HasSubstr(what));
  }

  MachinePaths paths;

 private:
  void make_socket() {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    paths.socket.copy(address.sun_path, sizeof address.sun_path - 1);
    bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address);
    chmod(paths.socket.c_str(), 0666);
  }

  TempDir dir_;
  int socket_ = socket(AF_UNIX, SOCK_SEQPACKET, 0);
};

TEST_F(Machine, GoodFilesAreGood) { EXPECT_TRUE(wrong().empty()) << findings_page(wrong()); }

TEST_F(Machine, AKeyRingIsRootsAlone) {
  chmod(paths.keyring.c_str(), 0440);
  expect_one(Level::open, "key ring", "mode 0440");
}

TEST_F(Machine, ALinkIsNoKeyRing) {
  rename(paths.keyring.c_str(), (paths.keyring + "2").c_str());
  ASSERT_EQ(symlink((paths.keyring + "2").c_str(), paths.keyring.c_str()), 0);
  expect_one(Level::open, "key ring", "not what it is to be");
}

TEST_F(Machine, ADatabaseWithoutItsKeyRingIsOpen) {
  unlink(paths.keyring.c_str());
  expect_one(Level::open, "key ring", "is missing, and there is a database");
  unlink((paths.state_dir + "/data.mdb").c_str());
  expect_one(Level::note, "key ring", "none yet");
}

TEST_F(Machine, ACredentialIsAKeyRing) {
  rename(paths.keyring.c_str(), paths.credentials[0].c_str());
  EXPECT_TRUE(wrong().empty());
}

TEST_F(Machine, NobodyElseWritesBesideTheSocket) {
  chmod((paths.socket.substr(0, paths.socket.rfind('/'))).c_str(), 0777);
  expect_one(Level::open, "socket's folder", "mode 0777");
}

TEST_F(Machine, ASocketThatUsersCannotReachIsAWarning) {
  chmod(paths.socket.c_str(), 0600);
  expect_one(Level::warning, "socket", "mode 0600");
}

TEST_F(Machine, TheDatabaseIsRootsAlone) {
  chmod(paths.state_dir.c_str(), 0755);
  expect_one(Level::open, "database", "mode 0755");
}

TEST_F(Machine, ConfigurationThatOthersWriteIsOpen) {
  write(paths.config, "", 0666);
  expect_one(Level::open, "configuration", "mode 0666");
}

TEST_F(Machine, AnotherOwnerIsOpen) {
  paths.owner = getuid() + 1;
  EXPECT_EQ(wrong().size(), 5U) << findings_page(wrong());  // folder, socket, key ring, state, database
}

TEST_F(Machine, NoDaemonIsOpenAndAMissingKeySaysWhy) {
  unlink(paths.socket.c_str());
  Client client(paths.socket);
  EXPECT_EQ(judge_daemon(client, paths, "1")[0].level, Level::open);
  EXPECT_THAT(judge_daemon(client, paths, "1")[0].change, HasSubstr("journalctl"));
  unlink(paths.keyring.c_str());
  EXPECT_THAT(judge_daemon(client, paths, "1")[0].why, HasSubstr("the key ring that opens it is missing"));
}

TEST_F(Machine, TheDaemonItselfReadsTheConfiguration) {
  EXPECT_EQ(judge_config(paths)[0].level, Level::note);
  write(paths.daemon, "#!/bin/sh\necho \"$3: ok\"\n", 0755);
  EXPECT_EQ(judge_config(paths)[0].level, Level::good);
  EXPECT_EQ(judge_config(paths)[0].what, paths.config + ": ok");
  write(paths.daemon, "#!/bin/sh\necho bad line 3 >&2\nexit 1\n", 0755);
  EXPECT_EQ(judge_config(paths)[0].level, Level::open);
  EXPECT_EQ(judge_config(paths)[0].what, "bad line 3");
}

TEST_F(Machine, AProgramThatCannotRunIsAnError) {
  write(paths.daemon, "nothing", 0755);
  EXPECT_THROW(judge_config(paths), Failure);
  EXPECT_EQ(run_program({"/bin/sh", "-c", "kill -9 $$"}).exit, 137);
}

TEST(Roll, WhoWaitsIsNamed) {
  EXPECT_EQ(judge_roll({true, 3, {}, 0})[0].level, Level::good);
  const Finding waiting = judge_roll({true, 3, {"alice", "bob"}, 7})[0];
  EXPECT_EQ(waiting.level, Level::warning);
  EXPECT_EQ(waiting.what, "7 must enrol and have not: alice, bob and others");
  EXPECT_EQ(waiting.change, "umbra-totp setup alice");
}

TEST(Roll, WhatWasNotListedIsOpen) { EXPECT_EQ(judge_roll({})[0].level, Level::open); }

TEST(Clock, IsGoodOrAWarning) {
  const Finding clock = judge_clock()[0];
  EXPECT_TRUE(clock.level == Level::good || clock.change == "timedatectl set-ntp true");
}

}  // namespace
}  // namespace umbra::test
