// Does each piece of a login a fixed number of times between two marks, for count_test.py to count what lies between.
// Prints how it was built, then "piece times" in the order in which it does them. Everything that chance would decide
// is fixed here: what is counted twice must come out the same.

#include <sodium.h>

#include <cstdio>
#include <cstring>
#include <exception>

#include "daemon/crypto/sodium.hpp"
#include "daemon/service/verifier.hpp"
#include "tests/support/pieces.hpp"
#include "tests/support/world.hpp"

// Where callgrind begins and ends a count, by their names.
extern "C" {
[[gnu::noinline]] void umbra_count_begins() { asm volatile(""); }
[[gnu::noinline]] void umbra_count_ends() { asm volatile(""); }
// libsodium asks these of itself, and takes ours: which code it runs must not depend on the processor.
[[gnu::visibility("default")]] int sodium_runtime_has_avx2() { return 0; }
[[gnu::visibility("default")]] int sodium_runtime_has_avx512f() { return 0; }
}

namespace {

using namespace umbra;

constexpr unsigned kTimes = 64;  // as many initialization vectors are drawn at once: each count has one draw
constexpr unsigned kWarmUp = 8;  // what is looked up once, and what grows to its size

std::uint64_t random_state = 1;  // what is drawn is the same in every run

void not_random(void* out, std::size_t size) {
  auto* const bytes = static_cast<std::uint8_t*>(out);
  for (std::size_t i = 0; i < size; ++i) {
    random_state = random_state * 6364136223846793005U + 1442695040888963407U;
    bytes[i] = static_cast<std::uint8_t>(random_state >> 56);
  }
}

void fix_randomness() {
  static randombytes_implementation fixed{};
  fixed.implementation_name = [] { return "fixed"; };
  fixed.random = [] {
    std::uint32_t number = 0;
    not_random(&number, sizeof number);
    return number;
  };
  fixed.buf = not_random;
  randombytes_set_implementation(&fixed);
}

// begin and verify through the services, the committer and the journal.
class Daemon : public test::World {
 public:
  Daemon() {
    storage().put(test::usual_record());
    configure([](Config& config) {  // nobody is ever locked: that would be less work
      config.lockout.monthly_limit = config.lockout.consecutive_limit = 0;
      config.source.failures = 1'000'000;
    });
  }
  ~Daemon() { finish(); }
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  // `answer`: what is typed where this code is the right one.
  test::Piece login(std::string name, std::string user, const std::function<std::string(std::string)>& answer,
                    bool accepted) {
    // What a telephone does is not counted.
    std::vector<std::string> answers;
    for (unsigned i = 1; i <= kWarmUp + kTimes; ++i)
      answers.push_back(answer(test::code_text(test::credential(), clock().wall() + i * kBetween)));
    return {std::move(name),
            [this, user = std::move(user), answers = std::move(answers), accepted, next = 0U]() mutable {
              clock().advance(kBetween);
              log_in(user, answers.at(next++), accepted);
            }};
  }
  test::Piece commit() {
    return {"commit", [this] {
              const auto done = storage().change("alice", [](std::optional<Record>& record) {
                ++record->generation;
                return true;
              });
              test::need(done.has_value(), "a commit");
            }};
  }

 private:
  static constexpr int kBetween = 1000;  // seconds between two logins: the last one's failure counts no more

  void log_in(const std::string& user, const std::string& answer, bool accepted) {
    const wire::Begin message{user, "sshd", "ssh", "192.0.2.1"};
    const auto begun =
        ask<wire::BeginReply>(test::kRoot, message, [this](const CallPtr& call) { verifier_.begin(call); }, ++id_);
    const auto verified = ask<wire::VerifyReply>(
        test::kRoot, wire::Verify{begun.reply.challenge, answer},
        [this](const CallPtr& call) { verifier_.verify(call); }, id_);
    test::need(verified.status == wire::Status::ok && verified.reply.accepted == accepted, "a login");
    context().committer.settle();  // its thread is done with this one before the next begins
  }

  Judge judge_{context()};
  LoginEnrolment enrolment_{context()};
  Verifier verifier_{context(), judge_, enrolment_};
  std::uint64_t id_ = 0;
};

void count(const test::Piece& piece) {
  for (unsigned i = 0; i < kWarmUp; ++i) piece.run();
  umbra_count_begins();
  for (unsigned i = 0; i < kTimes; ++i) piece.run();
  umbra_count_ends();
  std::printf("%s %u\n", piece.name.c_str(), kTimes);
}

}  // namespace

int main() {
  try {
    fix_randomness();
    sodium::init();
    std::puts(UMBRA_BUILD);
    for (const test::Piece& piece : test::pieces()) count(piece);
    Daemon daemon;
    const auto right = [](std::string code) { return code; };
    const auto wrong = [](std::string code) {
      code[0] = code[0] == '9' ? '0' : static_cast<char>(code[0] + 1);
      return code;
    };
    count(daemon.commit());
    count(daemon.login("login", "alice", right, true));
    // These two weigh about alike: the time is not to tell who is enrolled.
    count(daemon.login("login_wrong_code", "alice", wrong, false));
    count(daemon.login("login_unknown", "nobody", right, false));
  } catch (const std::exception& error) {
    std::printf("failed: %s\n", error.what());
    return 1;
  }
  return 0;
}
