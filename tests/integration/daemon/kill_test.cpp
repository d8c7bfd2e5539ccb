// umbra-totpd killed at random moments under 32 callers: a ledger of what they heard holds it to "once", and to every
// failure that was answered, over the restart. UMBRA_KILLS=2000 is the long hunt.
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

// Accounts that every Debian has. With steps of a second and a wide window a code need not be waited for.
constexpr const char* kUsers[] = {"daemon", "bin",  "sys",   "games",    "man",    "lp",
                                  "mail",   "news", "proxy", "www-data", "backup", "list"};
constexpr const char* kVictim = "nobody";  // is guessed at
constexpr const char* kConfig =
    "[totp]\nperiod = 1\nwindow = 10\n[lockout]\nfailures = 16\nmonthly_limit = 0\nconsecutive_limit = 0\n";
constexpr std::uint64_t kAhead = 8, kBehind = 4;  // steps; the rest of the window is for a slow start
constexpr unsigned kRacers = 26, kGuessers = 6;   // a request may be sent twice: 12 failures are below the limit

unsigned kills() {
  if (const char* wish = std::getenv("UMBRA_KILLS")) return static_cast<unsigned>(std::strtoul(wish, nullptr, 10));
  const char* const sanitized = std::getenv("UMBRA_SANITIZED");
  return sanitized != nullptr && *sanitized != '\0' ? 8 : 200;
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

std::uint64_t now_step() { return time_step(std::time(nullptr), 1); }

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
  owner.last = now_step() - kBehind;
  wire::CodeReply reply;
  const std::string code = code_of(owner, owner.last);
  EXPECT_EQ(ask(daemon, wire::Confirm{user, code}, status, reply, buffer), ChannelError::none);
  EXPECT_TRUE(reply.accepted) << user;
  return owner;
}

// The next code of any user that is good now; waits where all are used up.
std::pair<const char*, std::string> next_code(std::map<std::string, Owner>& owners) {
  for (;; std::this_thread::sleep_for(std::chrono::milliseconds(20)))
    for (const char* user : kUsers) {
      Owner& owner = owners[user];
      const std::uint64_t step = std::max(owner.last + 1, now_step() - kBehind);
      if (step > now_step() + kAhead) continue;
      owner.last = step;
      return {user, code_of(owner, step)};
    }
}

unsigned failures_of(const DaemonProcess& daemon, const char* user) {
  Status status = Status::unavailable;
  wire::UserState state;
  std::vector<std::uint8_t> buffer;
  EXPECT_EQ(ask(daemon, wire::StatusOf{user}, status, state, buffer), ChannelError::none);
  EXPECT_EQ(status, Status::ok);
  return state.failures;
}

void unlock(const DaemonProcess& daemon, const char* user) {
  Status status = Status::unavailable;
  wire::Nothing nothing;
  std::vector<std::uint8_t> buffer;
  EXPECT_EQ(ask(daemon, wire::Unlock{user}, status, nothing, buffer), ChannelError::none);
  EXPECT_EQ(status, Status::ok);
}

struct Ledger {
  std::atomic<unsigned> accepted = 0, charged = 0;
};

// One code raced by some, wrong ones from others, and a kill in the middle of it. `late`: not before a refusal was
// heard.
void race_over_a_kill(DaemonProcess& daemon, const char* user, const std::string& code, bool late, microseconds moment,
                      Ledger& ledger) {
  std::latch start(kRacers + kGuessers + 1);
  std::vector<std::jthread> callers;
  for (unsigned i = 0; i < kRacers + kGuessers; ++i)
    callers.emplace_back([&, i] {
      start.arrive_and_wait();
      if (i < kRacers && check(daemon, user, code) == Heard::accepted) ++ledger.accepted;
      if (i >= kRacers && check(daemon, kVictim, "not a code") == Heard::refused) ++ledger.charged;
    });
  start.arrive_and_wait();
  for (int i = 0; late && ledger.charged == 0 && i < 5000; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  std::this_thread::sleep_for(moment);
  daemon.signal(SIGKILL);
  EXPECT_EQ(daemon.wait(), 128 + SIGKILL);
  EXPECT_TRUE(daemon.start()) << daemon.log();
}

TEST(Kill, NoCodeIsAcceptedTwiceAndNoFailureIsLost) {
  DaemonProcess daemon;
  daemon.write("config.toml", kConfig);
  ASSERT_TRUE(daemon.start()) << daemon.log();
  std::map<std::string, Owner> owners;
  for (const char* user : kUsers) owners[user] = enrol(daemon, user);
  enrol(daemon, kVictim);
  std::minstd_rand random(20261124);
  unsigned accepted = 0, charged = 0;
  for (unsigned kill = 0; kill < kills() && !HasFailure(); ++kill) {
    unlock(daemon, kVictim);
    const auto [user, code] = next_code(owners);
    Ledger ledger;
    // Refusals are held for 100 ms: most kills would come before any is heard.
    race_over_a_kill(daemon, user, code, kill % 4 == 3, microseconds(random() % 8000), ledger);
    // Whoever heard "accepted" heard of something that is on disk: nobody hears it again.
    const Heard again = check(daemon, user, code);
    EXPECT_NE(again, Heard::nothing) << kill;
    if (again == Heard::accepted) ++ledger.accepted;
    EXPECT_LE(ledger.accepted, 1U) << kill;
    EXPECT_EQ(check(daemon, user, code), Heard::refused) << kill;
    EXPECT_GE(failures_of(daemon, kVictim), ledger.charged) << kill;
    EXPECT_LE(failures_of(daemon, kVictim), 2 * kGuessers) << kill << ": each was sent twice at most";
    accepted += ledger.accepted;
    charged += ledger.charged;
  }
  std::printf("%u kills: %u codes accepted, each once; %u failures answered, none lost\n", kills(), accepted, charged);
  EXPECT_GT(accepted, 0U);
  EXPECT_GE(charged, kills() / 4);
}

}  // namespace
}  // namespace umbra::test
