// Daemons that are away, slow, restarted, somebody else's, or that lie: no login, no hang, no code told.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>

#include "tests/integration/pam_module/pam_login.hpp"
#include "tests/integration/pam_module/scripted_daemon.hpp"

namespace umbra::test {
namespace {

using std::string;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

string nothing_asked(const string& packet) {
  return reply_to(packet, wire::BeginReply{static_cast<std::uint8_t>(wire::Ask::nothing), 0, ""});
}

int login_with(const ScriptedDaemon& daemon) {
  PamLogin login("nullok timeout=1 socket=" + daemon.path());
  login.type("123456");
  return login.authenticate();
}

using Change = std::function<string(const string&)>;

// The result of a login whose daemon's reply to `op` is changed by `change`.
int login_where(wire::Op op, const Change& change, bool asked = true) {
  ScriptedDaemon daemon([&](const string& packet) {
    string reply = asked ? honest_reply(packet) : nothing_asked(packet);
    return Says{{is(packet, op) ? change(reply) : reply}};
  });
  return login_with(daemon);
}

string with_byte(string packet, std::size_t at, int value) {
  packet.at(at) = static_cast<char>(value);
  return packet;
}

constexpr std::size_t kStatusAt = 18, kFieldsAt = 19;

TEST(FalseDaemon, TheHonestOneIsBelieved) {
  const auto same = [](const string& packet) { return packet; };
  EXPECT_EQ(login_where(wire::Op::begin, same), PAM_SUCCESS);
  EXPECT_EQ(login_where(wire::Op::begin, same, false), kIgnored);
}

TEST(FalseDaemon, HeadersOfAnotherReply) {
  for (const auto op : {wire::Op::begin, wire::Op::verify})
    for (const bool asked : {true, false}) {
      if (op == wire::Op::verify && !asked) continue;
      std::vector<Change> changes;
      for (const int version : {0, 2, 255})
        changes.push_back([=](const string& p) { return with_byte(p, 0, version); });
      for (const int other : {0, 1, 2, 0x83, 0xff})
        changes.push_back([=](const string& p) { return with_byte(p, 1, other); });
      for (std::size_t i = 2; i < kStatusAt; ++i)
        changes.push_back([=](const string& p) { return with_byte(p, i, p.at(i) ^ 1); });
      for (const int status : {1, 3, 4, 7, 8, 128, 255})
        changes.push_back([=](const string& p) { return with_byte(p, kStatusAt, status); });
      for (const auto& change : changes) EXPECT_EQ(login_where(op, change, asked), PAM_AUTHINFO_UNAVAIL);
    }
}

TEST(FalseDaemon, RepliesCutAnywhereOrTooLong) {
  const std::size_t begin_size = kFieldsAt + 2 + 2 + 13, verify_size = kFieldsAt + 3 + 2 + 9;
  const auto cut_to = [](std::size_t size) { return [=](const string& p) { return p.substr(0, size); }; };
  for (std::size_t size = 1; size < begin_size; ++size)
    EXPECT_EQ(login_where(wire::Op::begin, cut_to(size)), PAM_AUTHINFO_UNAVAIL) << size;
  for (std::size_t size = 1; size < verify_size; ++size)
    EXPECT_EQ(login_where(wire::Op::verify, cut_to(size)), PAM_AUTHINFO_UNAVAIL) << size;
  for (std::size_t size = 1; size < kFieldsAt + 4; ++size)
    EXPECT_EQ(login_where(wire::Op::begin, cut_to(size), false), PAM_AUTHINFO_UNAVAIL) << size;
  for (const std::size_t more : {1UL, 1000UL, wire::kMaxPacket, 100000UL})
    for (const auto op : {wire::Op::begin, wire::Op::verify})
      EXPECT_EQ(login_where(op, [=](const string& p) { return p + string(more, 'x'); }), PAM_AUTHINFO_UNAVAIL) << more;
}

TEST(FalseDaemon, FieldsThatMakeNoSense) {
  for (const int ask : {0, 2, 3, 255})
    EXPECT_EQ(login_where(wire::Op::begin, [=](const string& p) { return with_byte(p, kFieldsAt, ask); }),
              PAM_AUTHINFO_UNAVAIL);
  for (const int accepted : {2, 255})
    EXPECT_EQ(login_where(wire::Op::verify, [=](const string& p) { return with_byte(p, kFieldsAt, accepted); }),
              PAM_AUTHINFO_UNAVAIL);
  const string too_long = string("\x01\x04", 2) + string(wire::kMaxToken + 1, 't');
  EXPECT_EQ(login_where(wire::Op::begin, [&](const string& p) { return p.substr(0, kFieldsAt + 2) + too_long; }),
            PAM_AUTHINFO_UNAVAIL);
  EXPECT_EQ(login_where(wire::Op::verify, [&](const string& p) { return p.substr(0, kFieldsAt + 3) + too_long; }),
            PAM_AUTHINFO_UNAVAIL);
  const string no_token(2, '\0');
  EXPECT_EQ(login_where(wire::Op::verify, [&](const string& p) { return p.substr(0, kFieldsAt + 3) + no_token; }),
            PAM_AUTHINFO_UNAVAIL);
}

TEST(FalseDaemon, AnAcceptanceOfAnotherLogin) {
  string recorded;
  ScriptedDaemon daemon([&](const string& packet) {
    if (!is(packet, wire::Op::verify)) return Says{{honest_reply(packet)}};
    if (recorded.empty()) recorded = honest_reply(packet);
    return Says{{recorded}};
  });
  EXPECT_EQ(login_with(daemon), PAM_SUCCESS);
  EXPECT_EQ(login_with(daemon), PAM_AUTHINFO_UNAVAIL);
}

TEST(FalseDaemon, RepliesInPieces) {
  ScriptedDaemon daemon([](const string& packet) {
    const string reply = honest_reply(packet);
    return Says{{reply.substr(0, 20), reply.substr(20)}};
  });
  EXPECT_EQ(login_with(daemon), PAM_AUTHINFO_UNAVAIL);
}

TEST(FalseDaemon, Absent) {
  TempDir dir;
  for (const auto* name : {"/nothing", "/no/folder"}) {
    PamLogin login("nullok socket=" + dir.path() + name);
    login.type("123456");
    EXPECT_EQ(login.authenticate(), PAM_AUTHINFO_UNAVAIL);
    EXPECT_TRUE(login.messages().empty());
  }
}

TEST(FalseDaemon, SilentOnesAreWaitedForAsLongAsWasAskedFor) {
  for (const auto silent : {wire::Op::begin, wire::Op::verify}) {
    ScriptedDaemon daemon(
        [&](const string& packet) { return is(packet, silent) ? Says{} : Says{{honest_reply(packet)}}; });
    const auto before = steady_clock::now();
    EXPECT_EQ(login_with(daemon), PAM_AUTHINFO_UNAVAIL);
    EXPECT_GE(steady_clock::now() - before, milliseconds(990));
    EXPECT_LT(steady_clock::now() - before, milliseconds(3000));
  }
}

TEST(FalseDaemon, OneThatHangsUpIsAskedOnceMore) {
  ScriptedDaemon daemon([](const string&) { return Says{{}, true}; });
  EXPECT_EQ(login_with(daemon), PAM_AUTHINFO_UNAVAIL);
  EXPECT_EQ(daemon.count(wire::Op::begin), 2U);
}

TEST(FalseDaemon, RestartedWhileTheUserTypes) {
  ScriptedDaemon daemon([](const string& packet) { return Says{{honest_reply(packet)}, true}; });
  EXPECT_EQ(login_with(daemon), PAM_SUCCESS);
  const auto heard = daemon.heard();
  ASSERT_EQ(heard.size(), 2U);
  EXPECT_EQ(header_of(heard[0]).id, header_of(heard[1]).id);
}

TEST(FalseDaemon, AwayInTheAccountPhaseLeavesTheLoginAlone) {
  for (const bool hang_up : {true, false}) {
    ScriptedDaemon daemon([&](const string& packet) {
      return is(packet, wire::Op::complete) ? Says{{}, hang_up} : Says{{honest_reply(packet)}};
    });
    PamLogin login("timeout=1 socket=" + daemon.path());
    login.type("123456");
    EXPECT_EQ(login.authenticate(), PAM_SUCCESS);
    EXPECT_EQ(login.account(), PAM_SUCCESS);
  }
}

TEST(FalseDaemon, RefusesWhatItDidNotAcceptInTheAccountPhase) {
  ScriptedDaemon daemon([&](const string& packet) {
    if (!is(packet, wire::Op::complete)) return Says{{honest_reply(packet)}};
    return Says{{reply_to(packet, wire::Nothing{}, wire::Status::not_permitted)}};
  });
  PamLogin login("socket=" + daemon.path());
  login.type("123456");
  EXPECT_EQ(login.authenticate(), PAM_SUCCESS);
  EXPECT_EQ(login.account(), PAM_AUTH_ERR);
}

// Listens as nobody; exits with 0 where one connection came and brought not a single byte.
[[noreturn]] void listen_as_nobody(const string& path, int ready) {
  constexpr uid_t kNobody = 65534;
  alarm(20);  // outlives no test that failed
  if (setgid(kNobody) != 0 || setuid(kNobody) != 0) _exit(10);
  const int listener = listen_at(path);
  if (write(ready, "x", 1) != 1) _exit(11);
  const int fd = accept(listener, nullptr, nullptr);
  if (fd < 0) _exit(12);
  char byte = 0;
  _exit(recv(fd, &byte, 1, 0) == 0 ? 0 : 13);
}

TEST(FalseDaemon, SomebodyElsesSocketHearsNothing) {
  TempDir dir;
  ASSERT_EQ(chmod(dir.path().c_str(), 0777), 0);
  const string path = dir.path() + "/socket";
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) listen_as_nobody(path, ready[1]);
  char byte = 0;
  ASSERT_EQ(read(ready[0], &byte, 1), 1);
  PamLogin login("nullok socket=" + path);
  login.type("123456");
  EXPECT_EQ(login.authenticate(), PAM_AUTHINFO_UNAVAIL);
  EXPECT_TRUE(login.messages().empty()) << "nobody is asked for a code that cannot be sent";
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  close(ready[0]);
  close(ready[1]);
}

}  // namespace
}  // namespace umbra::test
