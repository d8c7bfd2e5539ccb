// umbra-totpd killed in the middle of a race: a ledger of what callers heard holds it to "once" over the restart.
// UMBRA_KILLS=2000 is the long hunt; a few kills run everywhere.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <latch>
#include <map>
#include <random>
#include <thread>

#include "daemon/rules/totp.hpp"
#include "tests/integration/daemon/daemon_process.hpp"
#include "tests/support/field_cursors.hpp"

namespace umbra::test {
namespace {

using std::chrono::microseconds;
using wire::Status;

// Accounts that every Debian has, so that codes need not be waited for: three steps each are good at any time.
constexpr const char* kUsers[] = {"daemon", "bin", "sys", "games", "man", "lp", "mail", "news"};
constexpr unsigned kThreads = 16;

unsigned kills() {
  const char* wish = std::getenv("UMBRA_KILLS");
  return wish == nullptr ? 8 : static_cast<unsigned>(std::strtoul(wish, nullptr, 10));
}

struct Owner {
  std::vector<std::uint8_t> secret;
  std::uint64_t last = 0;  // the last step that was asked for
};

enum class Heard { accepted, refused, nothing };

Heard check(const DaemonProcess& daemon, const char* user, const std::string& code) {
  Status status = Status::unavailable;
  wire::CodeReply reply;
  std::vector<std::uint8_t> buffer;
  const auto error = ask(daemon, wire::Check{user, code}, status, reply, buffer);
  if (error != ChannelError::none || status != Status::ok) return Heard::nothing;
  return reply.accepted ? Heard::accepted : Heard::refused;
}

std::string code_of(const Owner& owner, std::uint64_t step) {
  const std::string digits = std::to_string(Hotp(wire::Algorithm::sha1, owner.secret, 6)(step));
  return std::string(6 - digits.size(), '0') + digits;
}

std::uint64_t now_step() { return time_step(std::time(nullptr), 30); }

Owner enrol(const DaemonProcess& daemon, const char* user) {
  Status status = Status::unavailable;
  wire::SetupReply offer;
  std::vector<std::uint8_t> buffer;
  wire::Setup message;
  message.user = user;
  message.force = true;
  EXPECT_EQ(ask(daemon, message, status, offer, buffer), ChannelError::none);
  EXPECT_EQ(status, Status::ok) << user;
  Owner owner;
  owner.secret.assign(offer.secret.begin(), offer.secret.end());
  owner.last = now_step() - 1;
  wire::CodeReply reply;
  const std::string code = code_of(owner, owner.last);
  EXPECT_EQ(ask(daemon, wire::Confirm{user, code}, status, reply, buffer), ChannelError::none);
  EXPECT_TRUE(reply.accepted) << user;
  return owner;
}

// The next code of any user that is good now; waits where all are used up.
std::pair<const char*, std::string> next_code(std::map<std::string, Owner>& owners) {
  for (;; std::this_thread::sleep_for(std::chrono::milliseconds(100)))
    for (const char* user : kUsers) {
      Owner& owner = owners[user];
      const std::uint64_t step = std::max(owner.last + 1, now_step());
      if (step > now_step() + 1) continue;
      owner.last = step;
      return {user, code_of(owner, step)};
    }
}

TEST(Kill, ACodeRacedOverAKillIsAcceptedOnce) {
  DaemonProcess daemon;
  daemon.write("config.toml", "[lockout]\nmonthly_limit = 0\nconsecutive_limit = 0\n");
  ASSERT_TRUE(daemon.start()) << daemon.log();
  std::map<std::string, Owner> owners;
  for (const char* user : kUsers) owners[user] = enrol(daemon, user);
  std::minstd_rand random(20261124);
  for (unsigned kill = 0; kill < kills(); ++kill) {
    const auto next = next_code(owners);
    const char* const user = next.first;
    const std::string& code = next.second;
    std::atomic<unsigned> accepted = 0;
    std::latch start(kThreads + 1);
    {
      std::vector<std::jthread> callers;
      for (unsigned i = 0; i < kThreads; ++i)
        callers.emplace_back([&] {
          start.arrive_and_wait();
          if (check(daemon, user, code) == Heard::accepted) ++accepted;
        });
      start.arrive_and_wait();
      std::this_thread::sleep_for(microseconds(random() % 8000));
      daemon.signal(SIGKILL);
      ASSERT_EQ(daemon.wait(), 128 + SIGKILL);
      ASSERT_TRUE(daemon.start()) << daemon.log();
    }
    EXPECT_LE(accepted, 1U) << kill;
    // Whoever heard "accepted" heard of something that is on disk: nobody hears it again.
    const Heard again = check(daemon, user, code);
    EXPECT_NE(again, Heard::nothing) << kill;
    if (again == Heard::accepted) ++accepted;
    EXPECT_LE(accepted, 1U) << kill;
    EXPECT_EQ(check(daemon, user, code), Heard::refused) << kill;
  }
}

TEST(Kill, ChargesThatWereAnsweredAreNotLost) {
  DaemonProcess daemon;
  daemon.write("config.toml", "[lockout]\nfailures = 16\n");
  ASSERT_TRUE(daemon.start()) << daemon.log();
  enrol(daemon, "daemon");
  std::minstd_rand random(7);
  std::atomic<unsigned> answered = 0;
  for (unsigned round = 0; round < 3; ++round) {
    {
      std::vector<std::jthread> callers;
      for (unsigned i = 0; i < 4; ++i)
        callers.emplace_back([&] {
          if (check(daemon, "daemon", "not a code") == Heard::refused) ++answered;
        });
      std::this_thread::sleep_for(microseconds(random() % 100'000));
      daemon.signal(SIGKILL);
      daemon.wait();
      ASSERT_TRUE(daemon.start()) << daemon.log();
    }
    Status status = Status::unavailable;
    wire::UserState state;
    std::vector<std::uint8_t> buffer;
    ASSERT_EQ(ask(daemon, wire::StatusOf{"daemon"}, status, state, buffer), ChannelError::none);
    EXPECT_GE(state.failures, answered) << round;
    EXPECT_LE(state.failures, 8 * (round + 1)) << round << ": each was sent twice at most";
  }
}

}  // namespace
}  // namespace umbra::test
