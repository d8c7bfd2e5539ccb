// Do refusals tell by their time why they refuse? timing_hunt SAMPLES: so many answers of each refusing state over the
// real socket, every pair of states by Welch's t; below 4.5 nothing is told. Then the same without the deadline, from
// the dispatcher: above 10, or the measurement could not have seen anything. Run as root, on a quiet machine.
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <mutex>
#include <random>
#include <thread>

#include "daemon/crypto/sodium.hpp"
#include "tests/hunt/welch.hpp"
#include "tests/integration/daemon/daemon_process.hpp"
#include "tests/support/whole_daemon.hpp"

namespace umbra::hunt {
namespace {

using Clock = std::chrono::steady_clock;

enum State : unsigned { unknown, not_enrolled, locked, wrong, replayed, kStates };
constexpr const char* kNames[kStates] = {"unknown", "not enrolled", "locked", "wrong", "replayed"};
// Accounts that every Debian has.
constexpr const char* kUsers[kStates] = {"nobody-has-this-name", "games", "sys", "daemon", "bin"};
constexpr unsigned kWorkers = 48;
constexpr double kTold = 4.5, kSeen = 10;

using Times = std::vector<double>[kStates];

double microseconds_since(Clock::time_point start) {
  return std::chrono::duration<double, std::micro>(Clock::now() - start).count();
}

// Prints every pair; the largest t of them.
double report(const char* title, const Times& times) {
  std::printf("%s\n", title);
  double worst = 0;
  for (unsigned a = 0; a < kStates; ++a)
    for (unsigned b = a + 1; b < kStates; ++b) {
      const double t = welch(times[a], times[b]);
      worst = std::max(worst, t);
      std::printf("  %-12s %-12s t = %6.2f\n", kNames[a], kNames[b], t);
    }
  std::printf("  largest: %.2f of %zu answers each\n", worst, times[0].size());
  return worst;
}

// The users of a real daemon, kept in their states while they are asked.
class Target {
 public:
  Target() {
    daemon_.write("config.toml",
                  "[lockout]\nfailures = 16\nmonthly_limit = 0\nconsecutive_limit = 0\nunlock_time = \"24h\"\n");
    if (!daemon_.start()) throw std::runtime_error(daemon_.log());
    for (const State state : {locked, wrong, replayed}) enrol(state);
    for (int i = 0; i < 16; ++i) answer(kUsers[locked], "?");
    burn();
  }
  ~Target() {
    daemon_.signal(SIGTERM);
    daemon_.wait();
  }
  Target(const Target&) = delete;
  Target& operator=(const Target&) = delete;

  // One refused answer; how long verify took.
  double sample(State state) {
    const double time = answer(kUsers[state], state == replayed ? burnt() : "?");
    if (state == wrong) unlock(kUsers[wrong]);
    return time;
  }
  // A fresh code of the replayed user, spent: it stays replayed for at least 30 seconds.
  void burn() {
    const std::string code = code_of(replayed);
    answer(kUsers[replayed], code);
    const std::lock_guard lock(mutex_);
    burnt_ = code;
  }

 private:
  std::string burnt() {
    const std::lock_guard lock(mutex_);
    return burnt_;
  }
  std::string code_of(State state) {
    Credential credential = test::credential();
    credential.secret.assign(secrets_[state]);
    return test::code_text(credential, std::time(nullptr));
  }
  void enrol(State state) {
    wire::Status status{};
    wire::SetupReply offer;
    std::vector<std::uint8_t> buffer;
    wire::Setup message;
    message.user = kUsers[state];
    test::ask(daemon_, message, status, offer, buffer);
    secrets_[state].assign(offer.secret.begin(), offer.secret.end());
    wire::CodeReply reply;
    Credential credential = test::credential();
    credential.secret.assign(secrets_[state]);
    const std::string code = test::code_text(credential, std::time(nullptr), -1);
    test::ask(daemon_, wire::Confirm{kUsers[state], code}, status, reply, buffer);
    if (!reply.accepted) throw std::runtime_error("cannot enrol");
  }
  void unlock(const char* user) {
    wire::Status status{};
    wire::Nothing reply;
    std::vector<std::uint8_t> buffer;
    test::ask(daemon_, wire::Unlock{user}, status, reply, buffer);
  }
  double answer(const char* user, const std::string& text) {
    const std::string path = daemon_.path("socket");
    Channel channel(path.c_str(), 0, 20'000);
    std::vector<std::uint8_t> buffer(wire::kMaxPacket);
    wire::RequestId id;
    new_request_id(id);
    wire::Status status{};
    wire::Begin begin;
    begin.user = user;
    begin.service = "hunt";
    wire::BeginReply begun;
    if (channel.call(begin, id, buffer, status, begun) != ChannelError::none) throw std::runtime_error("no answer");
    const std::string challenge(begun.challenge);
    // A person takes a while to type. Without it the workers stay in step with each other's answers, and how long the
    // name service took for begin, which no deadline hides, would show in the queue that verify meets.
    thread_local std::minstd_rand random(std::random_device{}());
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 20'000));
    wire::VerifyReply reply;
    const auto start = Clock::now();
    if (channel.call(wire::Verify{challenge, text}, id, buffer, status, reply) != ChannelError::none)
      throw std::runtime_error("no answer");
    return microseconds_since(start);
  }

  test::DaemonProcess daemon_;
  std::vector<std::uint8_t> secrets_[kStates];
  std::mutex mutex_;
  std::string burnt_;
};

double with_deadline(std::size_t samples) {
  Target target;
  Times times;
  std::mutex mutex;
  std::atomic<bool> done = false;
  std::jthread keeper([&] {
    for (unsigned tick = 1; !done; ++tick) {
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
      if (tick % 250 == 0) target.burn();
    }
  });
  {
    std::vector<std::jthread> workers;
    for (unsigned i = 0; i < kWorkers; ++i)
      workers.emplace_back([&, i] {
        std::minstd_rand random(i + 1);
        for (std::size_t n = 0; n < samples * kStates / kWorkers; ++n) {
          const auto state = static_cast<State>(random() % kStates);
          const double time = target.sample(state);
          const std::lock_guard lock(mutex);
          times[state].push_back(time);
        }
      });
  }
  done = true;
  return report("With the deadline, over the socket:", times);
}

double without_deadline(std::size_t samples) {
  test::WholeDaemon daemon;
  daemon.names().users["sys"] = {3};
  daemon.names().users["daemon"] = {1};
  daemon.names().users["bin"] = {2};
  daemon.names().users["games"] = {5};
  daemon.configure([](Config& config) {
    config.lockout.failures = 16;
    config.lockout.monthly_limit = config.lockout.consecutive_limit = 0;
  });
  Record sys = test::enrolled("sys", 3);
  sys.lockout.locked_since = test::kNow;
  sys.lockout.locked_until = test::kNow + 86400;
  daemon.storage().put(sys);
  daemon.storage().put(test::enrolled("bin", 2));
  const std::string code = daemon.code();
  daemon.log_in(test::kRoot, {.user = "bin", .rhost = ""}, code);
  const Record fresh = test::enrolled("daemon", 1);
  Times times;
  std::minstd_rand random(1);
  for (std::size_t n = 0; n < samples * kStates; ++n) {
    const auto state = static_cast<State>(random() % kStates);
    if (state == wrong) daemon.storage().put(fresh);
    const std::uint64_t id = daemon.new_id();
    const auto begun = daemon.begin(test::kRoot, {.user = kUsers[state], .rhost = ""}, id);
    const wire::Verify message{begun.reply.challenge, state == replayed ? std::string_view(code) : "000000"};
    const auto start = Clock::now();
    daemon.send<wire::VerifyReply>(test::kRoot, message, id);
    times[state].push_back(microseconds_since(start));
  }
  return report("Without it, from the dispatcher:", times);
}

}  // namespace
}  // namespace umbra::hunt

int main(int argc, char** argv) {
  const auto samples = static_cast<std::size_t>(argc == 2 ? std::strtoul(argv[1], nullptr, 10) : 50'000);
  if (samples < 100) {
    std::fprintf(stderr, "usage: timing_hunt SAMPLES, at least 100; 50000 is the bar\n");
    return 2;
  }
  umbra::sodium::init();
  const double told = umbra::hunt::with_deadline(samples);
  const double seen = umbra::hunt::without_deadline(samples);
  const bool good = told < umbra::hunt::kTold && seen > umbra::hunt::kSeen;
  std::printf("timing_hunt: %s: %.2f with the deadline (below %.1f), %.2f without (above %.0f)\n",
              good ? "nothing is told" : "NOT SHOWN", told, umbra::hunt::kTold, seen, umbra::hunt::kSeen);
  return good ? 0 : 1;
}
