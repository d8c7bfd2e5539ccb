// The helper's caller, with shell programs in the helper's place.
#include "daemon/system/passwords.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include "common/protocol.hpp"
#include "tests/support/temp_dir.hpp"

namespace umbra {
namespace {

using namespace std::string_literals;
using Verdict = PasswordVerdict;

class Helper {
 public:
  // `body` runs in sh; $d is a directory of its own.
  explicit Helper(const std::string& body) {
    std::ofstream(program()) << "#!/bin/sh\nd='" << dir_.path() << "'\n" << body << "\n";
    if (chmod(program().c_str(), 0700) != 0) throw std::runtime_error("chmod failed");
  }
  [[nodiscard]] std::string program() const { return dir_.path() + "/helper"; }
  [[nodiscard]] std::string wrote(const std::string& name) const { return test::read_file(dir_.path() + "/" + name); }
  [[nodiscard]] bool has(const std::string& name) const { return std::filesystem::exists(dir_.path() + "/" + name); }
  [[nodiscard]] Verdict ask(const std::string& user = "alice", const std::string& password = "secret") const {
    return HelperPasswords(program()).check(user, password);
  }

 private:
  test::TempDir dir_;
};

long open_descriptors() {
  return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), std::filesystem::directory_iterator());
}

TEST(Passwords, TheExitStatusIsTheVerdict) {
  const struct {
    const char* body;
    Verdict verdict;
  } table[] = {
      {"exit 0", Verdict::right},
      {"exit 1", Verdict::wrong},
      {"exit 2", Verdict::unavailable},
      {"exit 3", Verdict::unavailable},
      {"exit 127", Verdict::unavailable},
      {"exit 255", Verdict::unavailable},
      {"kill -KILL $$", Verdict::unavailable},
      {"kill -HUP $$", Verdict::unavailable},
      {"kill -ALRM $$", Verdict::unavailable},
  };
  for (const auto& row : table) EXPECT_EQ(Helper(row.body).ask(), row.verdict) << row.body;
}

TEST(Passwords, TheInputIsTheNameAZeroByteAndThePassword) {
  const Helper helper("cat > $d/input");
  const std::string longest_name(wire::kMaxUser, 'n'), longest_password(wire::kMaxPassword, 'p');
  const struct {
    std::string user, password;
  } table[] = {
      {"alice", "secret"}, {"alice", ""}, {"EXAMPLE\\alice", " white \n space\t"}, {longest_name, longest_password}};
  for (const auto& row : table) {
    EXPECT_EQ(helper.ask(row.user, row.password), Verdict::right);
    EXPECT_EQ(helper.wrote("input"), row.user + "\0"s + row.password);
  }
}

TEST(Passwords, NoArgumentsAndNoEnvironment) {
  const Helper helper("cp /proc/$$/environ /proc/$$/cmdline $d/");
  ASSERT_EQ(setenv("UMBRA_TEST_LEAK", "1", 1), 0);
  EXPECT_EQ(helper.ask(), Verdict::right);
  unsetenv("UMBRA_TEST_LEAK");
  ASSERT_TRUE(helper.has("environ"));
  EXPECT_EQ(helper.wrote("environ"), "");
  EXPECT_EQ(helper.wrote("cmdline"), "/bin/sh\0"s + helper.program() + "\0"s) << "the shell, its file and nothing more";
}

TEST(Passwords, NoDescriptorOfOurs) {
  const Helper helper("exec ls /proc/self/fd > $d/fds");
  const int low = open("/dev/null", O_RDONLY), high = fcntl(low, F_DUPFD, 200);
  ASSERT_GE(low, 0);
  ASSERT_GE(high, 200);
  EXPECT_EQ(helper.ask(), Verdict::right);
  close(low);
  close(high);
  EXPECT_EQ(helper.wrote("fds"), "0\n1\n2\n3\n") << "3 is the directory that ls reads";
}

TEST(Passwords, WhatItWritesGoesNowhere) {
  EXPECT_EQ(Helper("echo noise; test /proc/$$/fd/1 -ef /dev/null").ask(), Verdict::right);
}

// The daemon's loop blocks signals and ignores SIGPIPE; a program that inherits that cannot be ended by them.
TEST(Passwords, SignalsAreAsAFreshProcessExpectsThem) {
  sigset_t term, before;
  sigemptyset(&term);
  sigaddset(&term, SIGTERM);
  ASSERT_EQ(pthread_sigmask(SIG_BLOCK, &term, &before), 0);
  EXPECT_EQ(Helper("kill -TERM $$; exit 0").ask(), Verdict::unavailable);
  ASSERT_EQ(pthread_sigmask(SIG_SETMASK, &before, nullptr), 0);
  const auto old = signal(SIGPIPE, SIG_IGN);
  EXPECT_EQ(Helper("kill -PIPE $$; exit 0").ask(), Verdict::unavailable);
  signal(SIGPIPE, old);
}

TEST(Passwords, OneThatHangsIsEnded) {
  const Helper helper("echo $$ > $d/pid; exec sleep 60");
  const auto start = std::chrono::steady_clock::now();
  const HelperPasswords passwords(helper.program(), std::chrono::milliseconds(500));
  EXPECT_EQ(passwords.check("alice", "secret"), Verdict::unavailable);
  const auto took = std::chrono::steady_clock::now() - start;
  EXPECT_GE(took, std::chrono::milliseconds(500));
  EXPECT_LT(took, std::chrono::seconds(30));
  ASSERT_TRUE(helper.has("pid"));
  EXPECT_EQ(kill(std::stoi(helper.wrote("pid")), 0), -1) << "it is gone, and nobody's zombie";
}

TEST(Passwords, AZeroByteIsRefusedWithoutAProcess) {
  const Helper helper("touch $d/ran");
  for (const auto& password : {"\0"s, "secret\0"s, "\0secret"s, "sec\0ret"s})
    EXPECT_EQ(helper.ask("alice", password), Verdict::wrong);
  for (const auto& user : {""s, "alice\0"s, "al\nice"s, "../alice"s, std::string(wire::kMaxUser + 1, 'n')})
    EXPECT_EQ(helper.ask(user), Verdict::wrong) << user;
  EXPECT_NE(helper.ask("alice", std::string(wire::kMaxPassword + 1, 'p')), Verdict::right);
  EXPECT_FALSE(helper.has("ran"));
}

TEST(Passwords, AProgramThatIsNotThereIsUnavailable) {
  const test::TempDir dir;
  for (const auto& program : {dir.path() + "/helper", dir.path(), ""s})
    EXPECT_EQ(HelperPasswords(program).check("alice", "secret"), Verdict::unavailable) << program;
}

TEST(Passwords, ManyAtOnceEachHearTheirOwn) {
  const Helper helper("case \"$(tr '\\000' ' ')\" in 'alice right') exit 0;; 'alice wrong') exit 1;; *) exit 2;; esac");
  const long before = open_descriptors();
  std::atomic<int> good = 0;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 8; ++t)
      threads.emplace_back([&, right = t % 2 == 0] {
        for (int i = 0; i < 5; ++i)
          if (helper.ask("alice", right ? "right" : "wrong") == (right ? Verdict::right : Verdict::wrong)) ++good;
      });
  }
  EXPECT_EQ(good, 40);
  EXPECT_EQ(open_descriptors(), before) << "no descriptor stays open";
}

}  // namespace
}  // namespace umbra
