// Does a flood of backup codes, 20 ms of Argon2 each, hold up who logs in with a code? flood_hunt SECONDS: right codes
// over the real socket, first alone, then under the flood. Their p99 must stay below 100 ms. Run as root.
#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <thread>

#include "daemon/crypto/sodium.hpp"
#include "tests/integration/daemon/daemon_process.hpp"
#include "tests/support/records.hpp"

namespace umbra::hunt {
namespace {

using Clock = std::chrono::steady_clock;
constexpr double kMost = 100;  // milliseconds
// Accounts that every Debian has. A code lives for a second and ten of them are good to either side.
constexpr const char* kOwners[] = {"daemon", "bin", "sys", "games"};
constexpr const char* kFlooded[] = {"man", "lp", "mail", "news", "uucp", "proxy", "backup", "list"};

template <class Message, class Reply>
void ask(const test::DaemonProcess& daemon, const Message& message, Reply& reply) {
  wire::Status status{};
  std::vector<std::uint8_t> buffer;
  if (test::ask(daemon, message, status, reply, buffer) != ChannelError::none) throw std::runtime_error("no answer");
}

Credential enrol(const test::DaemonProcess& daemon, const char* user) {
  wire::Setup message;
  message.user = user;
  message.period = 1;
  wire::Status status{};
  wire::SetupReply offer;
  std::vector<std::uint8_t> buffer;
  test::ask(daemon, message, status, offer, buffer);
  Credential credential = test::credential(wire::Algorithm::sha1, 6, 1);
  credential.secret.assign(offer.secret);
  wire::CodeReply reply;
  const std::string code = test::code_text(credential, std::time(nullptr), -9);
  ask(daemon, wire::Confirm{user, code}, reply);
  if (!reply.accepted) throw std::runtime_error("cannot enrol");
  return credential;
}

struct Owner {
  const char* name;
  Credential credential;
  std::int64_t last = 0;  // the second whose code was given
};

// Right codes for `seconds`; the p99 in milliseconds. Whatever is refused is an error.
double right_codes(const test::DaemonProcess& daemon, std::vector<Owner>& owners, int seconds) {
  std::vector<double> times;
  const auto end = Clock::now() + std::chrono::seconds(seconds);
  while (Clock::now() < end) {
    for (Owner& owner : owners) {
      const std::int64_t now = std::time(nullptr);
      if (now <= owner.last) continue;
      owner.last = now;
      const std::string code = test::code_text(owner.credential, now);
      wire::CodeReply reply;
      const auto start = Clock::now();
      ask(daemon, wire::Check{owner.name, code}, reply);
      times.push_back(std::chrono::duration<double, std::milli>(Clock::now() - start).count());
      if (!reply.accepted) throw std::runtime_error("a right code was refused");
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  std::sort(times.begin(), times.end());
  std::printf("  %zu right codes: p50 %.2f ms, p99 %.2f ms\n", times.size(), times[times.size() / 2],
              times[times.size() * 99 / 100]);
  return times[times.size() * 99 / 100];
}

double run(int seconds) {
  test::DaemonProcess daemon;
  daemon.write("config.toml",
               "[totp]\nwindow = 10\n[lockout]\nfailures = 16\nmonthly_limit = 0\nconsecutive_limit = 0\n");
  if (!daemon.start()) throw std::runtime_error(daemon.log());
  std::vector<Owner> owners;
  for (const char* user : kOwners) owners.push_back({user, enrol(daemon, user)});
  for (const char* user : kFlooded) enrol(daemon, user);
  std::printf("Alone:\n");
  right_codes(daemon, owners, seconds);
  std::atomic<bool> done = false;
  std::atomic<unsigned> sent = 0;
  std::vector<std::jthread> flood;
  for (const char* user : kFlooded)
    for (int i = 0; i < 4; ++i)
      flood.emplace_back([&, user] {
        while (!done) {
          wire::CodeReply reply;
          wire::Nothing nothing;
          ask(daemon, wire::Check{user, "ABCD-EFGH"}, reply);
          ask(daemon, wire::Unlock{user}, nothing);
          ++sent;
        }
      });
  // Whatever ends this function ends the flood first.
  struct Stop {
    std::atomic<bool>& done;
    ~Stop() { done = true; }
  };
  const Stop stop{done};
  std::printf("Under a flood of backup codes:\n");
  const double p99 = right_codes(daemon, owners, seconds);
  done = true;
  flood.clear();
  std::printf("  %u backup codes meanwhile\n", sent.load());
  daemon.signal(SIGTERM);
  daemon.wait();
  return p99;
}

}  // namespace
}  // namespace umbra::hunt

int main(int argc, char** argv) {
  const int seconds = argc == 2 ? std::atoi(argv[1]) : 30;
  if (seconds < 1) {
    std::fprintf(stderr, "usage: flood_hunt SECONDS\n");
    return 2;
  }
  umbra::sodium::init();
  const double p99 = umbra::hunt::run(seconds);
  std::printf("flood_hunt: p99 %.2f ms: %s\n", p99, p99 < umbra::hunt::kMost ? "held" : "NOT HELD");
  return p99 < umbra::hunt::kMost ? 0 : 1;
}
