// What the module leaves behind in a process that is not its own: no descriptor, no copy of a code.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <set>
#include <sstream>

#include "tests/integration/pam_module/pam_login.hpp"
#include "tests/integration/pam_module/scripted_daemon.hpp"

namespace umbra::test {
namespace {

using std::string;

string offer_to_enrol(const string& packet) {
  return reply_to(packet, wire::BeginReply{static_cast<std::uint8_t>(wire::Ask::enrol), 6, "the challenge"});
}

std::set<string> descriptors() {
  std::set<string> all;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code gone;  // the directory's own
    const auto target = std::filesystem::read_symlink(entry.path(), gone);
    if (!gone) all.insert(entry.path().filename().string() + " " + target.string());
  }
  return all;
}

TEST(Process, DescriptorsAreTheSameAfterwards) {
  // libc's line to syslog is nobody's leak.
  openlog(nullptr, LOG_NDELAY, LOG_AUTHPRIV);
  const auto before = descriptors();
  for (const auto& reply : std::vector<std::function<Says(const string&)>>{
           [](const string& packet) { return Says{{honest_reply(packet)}}; },
           [](const string& packet) { return Says{{honest_reply(packet)}, true}; },
           [](const string&) { return Says{{"nonsense"}}; }, [](const string&) { return Says{{}, true}; },
           [](const string& packet) { return is(packet, wire::Op::begin) ? Says{{honest_reply(packet)}} : Says{}; }}) {
    ScriptedDaemon daemon(reply);
    PamLogin login("timeout=1 socket=" + daemon.path());
    login.type("123456");
    login.authenticate();
    login.account();
  }
  {
    ScriptedDaemon daemon;
    EXPECT_EQ(PamLogin("socket=" + daemon.path()).authenticate(), PAM_CONV_ERR);
    ScriptedDaemon offering(
        [](const string& packet) { return Says{{is(packet, wire::Op::enrol) ? "nonsense" : offer_to_enrol(packet)}}; });
    EXPECT_EQ(PamLogin("after_password socket=" + offering.path()).authenticate(), PAM_AUTHINFO_UNAVAIL);
    EXPECT_EQ(PamLogin("preauth socket=" + daemon.path()).authenticate(), kIgnored);
    PamLogin absent("socket=" + daemon.path() + "/nothing");
    EXPECT_EQ(absent.authenticate(), PAM_AUTHINFO_UNAVAIL);
  }
  EXPECT_EQ(descriptors(), before);
}

TEST(Process, DescriptorsCloseOnExec) {
  ScriptedDaemon daemon;
  PamLogin login("socket=" + daemon.path());
  int sockets = 0;
  login.while_prompting = [&sockets] {
    for (int fd = 3; fd < 256; ++fd) {
      int type = 0;
      socklen_t size = sizeof type;
      if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) != 0 || type != SOCK_SEQPACKET) continue;
      ++sockets;
      EXPECT_NE(fcntl(fd, F_GETFD) & FD_CLOEXEC, 0) << fd;
    }
  };
  login.type("123456");
  EXPECT_EQ(login.authenticate(), PAM_SUCCESS);
  EXPECT_EQ(sockets, 3) << "the daemon's two and the module's one";
}

// Runs `test` in a process of its own; the bits of its result say what went wrong.
int in_child(const std::function<int()>& test) {
  const pid_t child = fork();
  if (child == 0) _exit(test());
  int status = -1;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status));
  return WEXITSTATUS(status);
}

bool standard_streams_are_closed() {
  for (int fd = 0; fd < 3; ++fd)
    if (fcntl(fd, F_GETFD) != -1) return false;
  return true;
}

TEST(Process, WorksWithoutStandardStreamsAndNeverBecomesOne) {
  ScriptedDaemon daemon;
  EXPECT_EQ(in_child([&daemon] {
              PamLogin login("socket=" + daemon.path());
              login.type("123456");
              for (int fd = 0; fd < 3; ++fd) close(fd);
              int wrong = 0;
              login.while_prompting = [&wrong] { wrong |= standard_streams_are_closed() ? 0 : 1; };
              wrong |= login.authenticate() == PAM_SUCCESS ? 0 : 2;
              wrong |= login.account() == PAM_SUCCESS ? 0 : 4;
              wrong |= standard_streams_are_closed() ? 0 : 8;
              return wrong;
            }),
            0);
}

// A long answer, and a secret, that exist in clear only where the module can see them: a test's own copies in this
// process are there for the next test to inherit.
constexpr std::uint8_t kMask = 0x55;
constexpr std::string_view kMaskedSecret = "2f0g9f8g5f6g7f1g2f3g4f0g9f8g5f6g7f1g2f3g4f0g9f8g";
constexpr std::string_view kMaskedAnswer =
    "gf4g3f2g1f7g6f5g8f9g0f4g3f2g1f7g6f5g8f9g0f4g3f2g";  // every letter and digit ^ kMask

char* in_clear(std::string_view masked) {
  char* text = strdup(masked.data());
  for (std::size_t i = 0; text[i] != '\0'; ++i) text[i] = static_cast<char>(text[i] ^ kMask);
  return text;
}

constexpr std::size_t kFrom = 16, kPart = 24;  // free() writes over the first bytes of what it frees

// Compares as it goes, so that the search leaves no copy for itself to find.
bool holds(std::string_view masked, const char* data, std::size_t size) {
  for (std::size_t at = 0; at + kPart <= size; ++at) {
    std::size_t same = 0;
    while (same < kPart && (data[at + same] ^ kMask) == masked[kFrom + same]) ++same;
    if (same == kPart) return true;
  }
  return false;
}

bool memory_holds(std::string_view masked) {
  constexpr off_t kTooLarge = 1L << 28;  // only the sanitizers' own regions are
  const int memory = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
  std::vector<char> buffer(1 << 16);
  std::ifstream maps("/proc/self/maps");
  bool found = memory < 0;
  for (string line; !found && std::getline(maps, line);) {
    off_t from = 0, to = 0;
    char dash = 0;
    string permissions;
    std::istringstream(line) >> std::hex >> from >> dash >> to >> permissions;
    if (!permissions.starts_with("rw") || to - from > kTooLarge) continue;
    for (off_t at = from; !found && at < to; at += static_cast<off_t>(buffer.size() - kPart)) {
      const auto want = std::min(buffer.size(), static_cast<std::size_t>(to - at));
      const ssize_t got = pread(memory, buffer.data(), want, at);
      found = got > 0 && holds(masked, buffer.data(), static_cast<std::size_t>(got));
    }
  }
  explicit_bzero(buffer.data(), buffer.size());
  close(memory);
  return found;
}

TEST(Process, NoCopyOfTheAnswerStays) {
  ScriptedDaemon daemon;
  EXPECT_EQ(in_child([&daemon] {
              PamLogin login("socket=" + daemon.path());
              int wrong = 0;
              login.respond([&wrong](pam_response** out) {
                *out = static_cast<pam_response*>(std::calloc(1, sizeof(pam_response)));
                (*out)->resp = in_clear(kMaskedAnswer);
                wrong |= memory_holds(kMaskedAnswer) ? 0 : 1;  // or the search would find nothing ever
                return PAM_SUCCESS;
              });
              wrong |= login.authenticate() == PAM_AUTH_ERR ? 0 : 2;
              wrong |= memory_holds(kMaskedAnswer) ? 4 : 0;
              return wrong;
            }),
            0);
  const auto heard = daemon.heard();
  ASSERT_EQ(heard.size(), 2U);
  EXPECT_EQ(read_as<wire::Verify>(heard[1]).value().answer.size(), kMaskedAnswer.size()) << "it went out whole";
}

// The secret of an enrolment is in the reply, in what is kept of it, and in the page: contiguous at least in the URI.
Says offer_in_clear(const string& packet) {
  if (is(packet, wire::Op::begin)) return Says{{offer_to_enrol(packet)}};
  if (!is(packet, wire::Op::enrol)) return Says{{honest_reply(packet)}};
  char* secret = in_clear(kMaskedSecret);
  const string uri = string("otpauth://totp/a:b?secret=") + secret;
  Says says{{reply_to(packet, wire::EnrolReply{"b", "a", secret, uri, secret, 6, 0, {}})}};
  std::free(secret);
  return says;
}

TEST(Process, NoCopyOfANewSecretStays) {
  ScriptedDaemon daemon(offer_in_clear);  // its copies are its own process's: the login runs in a child
  EXPECT_EQ(in_child([&daemon] {
              PamLogin login("after_password socket=" + daemon.path());
              login.keeps_texts = false;
              int wrong = 0;
              login.while_prompting = [&wrong] { wrong |= memory_holds(kMaskedSecret) ? 0 : 1; };
              login.type("123456").type("");
              wrong |= login.authenticate() == PAM_SUCCESS ? 0 : 2;
              wrong |= memory_holds(kMaskedSecret) ? 4 : 0;
              wrong |= login.prompts() == 2 ? 0 : 8;
              return wrong;
            }),
            0);
}

}  // namespace
}  // namespace umbra::test
