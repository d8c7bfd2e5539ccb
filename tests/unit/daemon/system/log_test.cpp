#include "daemon/system/log.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <chrono>
#include <climits>
#include <cstdlib>
#include <thread>
#include <vector>

namespace {
std::vector<std::string>* journal_fields = nullptr;
int journal_answer = 0;
}  // namespace

extern "C" int __wrap_sd_journal_sendv(const iovec* fields, int count);
extern "C" int __wrap_sd_journal_sendv(const iovec* fields, int count) {
  for (int i = 0; i < count && journal_fields != nullptr; ++i)
    journal_fields->emplace_back(static_cast<const char*>(fields[i].iov_base), fields[i].iov_len);
  return journal_answer;
}

namespace umbra {
namespace {

// Standard error leads into a pipe as long as this lives.
class CapturedStderr {
 public:
  CapturedStderr() : old_(dup(STDERR_FILENO)) {
    EXPECT_EQ(pipe2(pipe_, O_CLOEXEC), 0);
    EXPECT_EQ(dup2(pipe_[1], STDERR_FILENO), STDERR_FILENO);
    EXPECT_EQ(fcntl(pipe_[0], F_SETFL, O_NONBLOCK), 0);
  }
  CapturedStderr(const CapturedStderr&) = delete;
  CapturedStderr& operator=(const CapturedStderr&) = delete;
  ~CapturedStderr() {
    dup2(old_, STDERR_FILENO);
    for (const int fd : {old_, pipe_[0], pipe_[1]}) close(fd);
  }

  std::string read_all() const {
    std::string text;
    char chunk[8192];
    for (ssize_t size = 0; (size = ::read(pipe_[0], chunk, sizeof chunk)) > 0;)
      text.append(chunk, static_cast<std::size_t>(size));
    return text;
  }
  [[nodiscard]] int write_end() const { return pipe_[1]; }

 private:
  int old_;
  int pipe_[2] = {-1, -1};
};

class LogTest : public testing::Test {
 protected:
  LogTest() { unsetenv("JOURNAL_STREAM"); }
  ~LogTest() override {
    unsetenv("JOURNAL_STREAM");
    journal_fields = nullptr;
    journal_answer = 0;
  }
  void lead_to_journal() {
    struct stat status{};
    ASSERT_EQ(fstat(STDERR_FILENO, &status), 0);
    const std::string stream = std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino);
    setenv("JOURNAL_STREAM", stream.c_str(), 1);
    journal_fields = &fields_;
  }

  std::vector<std::string> fields_;
};

Event refused() {
  Event event;
  event.priority = LOG_NOTICE;
  event.event = "verify";
  event.user = "alice";
  event.service = "sshd";
  event.source = "2001:db8::1";
  event.verdict = "refused";
  event.reason = "wrong_code";
  return event;
}

TEST_F(LogTest, OneLineOfPairsOnStandardError) {
  const CapturedStderr captured;
  const Log log;
  log.write(refused());
  EXPECT_EQ(captured.read_all(),
            "umbra-totpd: event=verify user=alice service=sshd source=2001:db8::1 verdict=refused reason=wrong_code\n");
}

TEST_F(LogTest, LeavesEmptyFieldsOut) {
  const CapturedStderr captured;
  Event event;
  event.event = "status";
  event.user = "alice";
  Log().write(event);
  EXPECT_EQ(captured.read_all(), "umbra-totpd: event=status user=alice\n");
}

TEST_F(LogTest, NoFieldCanForgeAnother) {
  const CapturedStderr captured;
  Event event = refused();
  event.user = "x verdict=accepted\numbra-totpd: event=verify";
  Log().write(event);
  EXPECT_EQ(captured.read_all(),
            "umbra-totpd: event=verify user=\"x verdict=accepted\\x0aumbra-totpd: event=verify\" service=sshd "
            "source=2001:db8::1 verdict=refused reason=wrong_code\n");
}

TEST_F(LogTest, NotesAreEscapedAndBounded) {
  const CapturedStderr captured;
  const Log log;
  log.note(LOG_ERR, "line\nbreak \x1b[2J");
  EXPECT_EQ(captured.read_all(), "umbra-totpd: line\\x0abreak \\x1b[2J\n");
  log.note(LOG_ERR, std::string(1'000'000, '\n'));
  const std::string bounded = captured.read_all();
  EXPECT_LE(bounded.size(), std::size_t{PIPE_BUF});
  EXPECT_TRUE(bounded.ends_with("...\n"));
}

TEST_F(LogTest, TheLongestEventIsOneWriteOfAPipe) {
  const CapturedStderr captured;
  const std::string big(100'000, '\n');
  Event event;
  event.event = event.user = event.service = event.source = event.verdict = event.reason = big;
  Log().write(event);
  const std::string line = captured.read_all();
  EXPECT_LE(line.size(), std::size_t{PIPE_BUF});
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  EXPECT_NE(line.find(" reason="), std::string::npos);
}

TEST_F(LogTest, AFullPipeHoldsNobodyUp) {
  const CapturedStderr captured;
  const int flags = fcntl(captured.write_end(), F_GETFL);
  ASSERT_EQ(fcntl(captured.write_end(), F_SETFL, flags | O_NONBLOCK), 0);
  const std::string block(PIPE_BUF, 'x');
  while (::write(captured.write_end(), block.data(), block.size()) > 0) {
  }
  ASSERT_EQ(fcntl(captured.write_end(), F_SETFL, flags), 0);
  const auto start = std::chrono::steady_clock::now();
  Log().note(LOG_ERR, "lost");
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
  EXPECT_EQ(captured.read_all().find("lost"), std::string::npos);
}

TEST_F(LogTest, ThreadsDoNotMixTheirLines) {
  const CapturedStderr captured;
  const Log log;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&log] {
      for (int line = 0; line < 50; ++line) log.write(refused());
    });
  for (auto& thread : threads) thread.join();
  const std::string expected =
      "umbra-totpd: event=verify user=alice service=sshd source=2001:db8::1 verdict=refused reason=wrong_code\n";
  std::string all;
  for (int i = 0; i < 200; ++i) all += expected;
  EXPECT_EQ(captured.read_all(), all);
}

TEST_F(LogTest, StructuredFieldsInTheJournal) {
  lead_to_journal();
  Log().write(refused());
  const std::vector<std::string> expected{
      "MESSAGE=event=verify user=alice service=sshd source=2001:db8::1 verdict=refused reason=wrong_code",
      "PRIORITY=5",
      "SYSLOG_IDENTIFIER=umbra-totpd",
      "UMBRA_EVENT=verify",
      "UMBRA_USER=alice",
      "UMBRA_SERVICE=sshd",
      "UMBRA_SOURCE=2001:db8::1",
      "UMBRA_VERDICT=refused",
      "UMBRA_REASON=wrong_code"};
  EXPECT_EQ(fields_, expected);
}

TEST_F(LogTest, JournalFieldsAreEscapedToo) {
  lead_to_journal();
  Event event;
  event.user = "EXAMPLE\\a\nUMBRA_VERDICT=accepted";
  Log().write(event);
  ASSERT_EQ(fields_.size(), 4U);
  EXPECT_EQ(fields_[3], "UMBRA_USER=EXAMPLE\\a\\x0aUMBRA_VERDICT=accepted");
}

TEST_F(LogTest, AJournalThatFailsIsReplacedByStandardError) {
  const CapturedStderr captured;
  lead_to_journal();
  journal_answer = -EIO;
  Log().note(LOG_ERR, "still said");
  EXPECT_EQ(captured.read_all(), "umbra-totpd: still said\n");
}

TEST_F(LogTest, AStreamThatIsNotOursIsNoJournal) {
  const CapturedStderr captured;
  for (const char* stream : {"", "1", "1:", ":1", "1:2", "x:y", "1:2:3", "99999999999999999999999:1"}) {
    setenv("JOURNAL_STREAM", stream, 1);
    Log().note(LOG_ERR, "said");
    EXPECT_EQ(captured.read_all(), "umbra-totpd: said\n") << stream;
  }
}

}  // namespace
}  // namespace umbra
