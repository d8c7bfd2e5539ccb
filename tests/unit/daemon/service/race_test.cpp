// Everybody at once, through the dispatcher: one code on every path is accepted once, guesses stop at the limit, right
// logins of many hinder nobody. UMBRA_ROUNDS=2000 is the long hunt; a few rounds run everywhere.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <functional>
#include <latch>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/whole_daemon.hpp"

namespace umbra {
namespace {

using test::kAlice;
using test::kRoot;
using test::WholeDaemon;

constexpr unsigned kThreads = 64;

// A sanitizer makes each round ten times as long, and sees in one what nobody else sees in a hundred.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr unsigned kRounds = 3;
#elif defined(__has_feature)
constexpr unsigned kRounds = __has_feature(thread_sanitizer) || __has_feature(address_sanitizer) ? 3 : 12;
#else
constexpr unsigned kRounds = 12;
#endif

unsigned rounds() {
  const char* wish = std::getenv("UMBRA_ROUNDS");
  return wish == nullptr ? kRounds : static_cast<unsigned>(std::strtoul(wish, nullptr, 10));
}

// Runs `act` on as many threads, all at once; its argument is the thread's number.
void all_at_once(unsigned threads, const std::function<void(unsigned)>& act) {
  std::latch start(static_cast<std::ptrdiff_t>(threads));
  std::vector<std::jthread> all;
  for (unsigned i = 0; i < threads; ++i)
    all.emplace_back([&, i] {
      start.arrive_and_wait();
      act(i);
    });
}

struct Host : WholeDaemon {
  // One code makes a set: nothing here needs ten hashes.
  Host() {
    configure([](Config& config) { config.backup_code_count = 1; });
  }
  // A login, check, backup-codes, and setup or disable with this answer; true where it was accepted. Not both in one
  // round, since behind a disable anybody's setup is accepted.
  bool accepted(unsigned path, std::string_view answer, std::uint64_t id) {
    const bool with_setup = id / kThreads % 2 == 0;
    if (path % 16 == 2 && with_setup) path = 0;
    switch (path % 16) {
      case 0: {
        if (!with_setup) return accepted(2, answer, id);
        wire::Setup message;
        message.user = "alice";
        message.answer = answer;
        return send<wire::SetupReply>(kAlice, message, id).reply.accepted;
      }
      case 1:
        return send<wire::ProvenReply>(kAlice, wire::BackupCodes{"alice", "alice's password", answer}, id)
            .reply.accepted;
      case 2:
        return send<wire::ProvenReply>(kAlice, wire::Disable{"alice", "alice's password", answer}, id).reply.accepted;
      case 3:
      case 4: return send<wire::CodeReply>(kAlice, wire::Check{"alice", answer}, id).reply.accepted;
      default: {
        const auto begun = begin(kRoot, {}, id);
        return send<wire::VerifyReply>(kRoot, wire::Verify{begun.reply.challenge, answer}, id).reply.accepted;
      }
    }
  }
};

TEST(Race, OneCodeOnEveryPathIsAcceptedOnce) {
  Host host;
  for (unsigned round = 0; round < rounds(); ++round) {
    host.storage().put(test::enrolled());
    const std::string code = host.code();
    std::atomic<unsigned> accepted = 0;
    all_at_once(kThreads, [&](unsigned i) {
      if (host.accepted(i, code, (round + 1) * kThreads + i)) ++accepted;
    });
    EXPECT_EQ(accepted, 1U) << round;
    const Record alice = host.storage().get("alice");
    EXPECT_EQ(alice.lockout.charged, 0U) << "who loses a race is not charged";
    EXPECT_TRUE(alice.reservations.empty());
    host.clock().advance(90);
  }
}

// Two devices with one secret: a code that matches at both is one code. And two with secrets of their own: each code
// once.
TEST(Race, OneCodeOfTwoDevicesIsAcceptedOnce) {
  Host host;
  for (unsigned round = 0; round < rounds(); ++round) {
    Record alice = test::enrolled();
    const bool shared = round % 2 == 0;
    Credential& tablet = test::add_device(alice, "tablet");
    if (shared) tablet = *alice.active;
    host.storage().put(alice);
    const std::string codes[] = {host.code(), test::code_text(tablet, host.clock().wall())};
    std::atomic<unsigned> accepted = 0;
    all_at_once(kThreads, [&](unsigned i) {
      if (host.accepted(3 + i % 13, codes[i % 2], (round + 1) * kThreads + i)) ++accepted;
    });
    EXPECT_EQ(accepted, shared ? 1U : 2U) << round;
    EXPECT_EQ(host.storage().get("alice").lockout.charged, 0U);
    host.clock().advance(90);
  }
}

TEST(Race, OneBackupCodeOnEveryPathIsAcceptedOnce) {
  Host host;
  for (unsigned round = 0; round < rounds(); ++round) {
    Record alice = test::enrolled();
    alice.backup = make_backup_codes(1, host.clock().wall())->set;
    const auto codes = host.give_backup_codes(alice);
    host.storage().put(alice);
    std::atomic<unsigned> accepted = 0;
    all_at_once(kThreads, [&](unsigned i) {
      if (host.accepted(i, codes[0], (round + 1) * kThreads + i)) ++accepted;
    });
    EXPECT_EQ(accepted, 1U) << round;
    EXPECT_TRUE(host.storage().get("alice").reservations.empty());
    host.clock().advance(90);
  }
}

TEST(Race, ASecretIsConfirmedOnceByItsFirstCode) {
  Host host;
  for (unsigned round = 0; round < rounds(); ++round) {
    Record alice = test::enrolled();
    alice.active.reset();
    alice.pending = test::credential();
    host.storage().put(alice);
    const std::string code = host.code();
    std::atomic<unsigned> accepted = 0;
    all_at_once(kThreads, [&](unsigned i) {
      const auto id = (round + 1) * kThreads + i;
      if (host.send<wire::CodeReply>(kAlice, wire::Confirm{"alice", code}, id).reply.accepted) ++accepted;
    });
    EXPECT_EQ(accepted, 1U) << round;
    EXPECT_FALSE(host.log_in(kRoot, {}, code).reply.accepted) << "and not by a login behind it";
    host.clock().advance(90);
  }
}

// What is evaluated is charged, so that the counter tells how many answers were looked at.
TEST(Race, WrongAnswersInFlightAreEvaluatedUpToTheLimit) {
  Host host;
  host.storage().put(test::enrolled());
  const std::string wrong = host.wrong();
  const unsigned each = rounds() < 156 ? rounds() : 156;  // 10,000 in all
  std::atomic<unsigned> accepted = 0;
  all_at_once(kThreads, [&](unsigned thread) {
    for (unsigned i = 0; i < each; ++i)
      if (host.accepted(3 + thread % 13, wrong, thread * each + i + 1)) ++accepted;
  });
  EXPECT_EQ(accepted, 0U);
  EXPECT_EQ(host.storage().get("alice").lockout.charged, 5U);
  EXPECT_FALSE(host.log_in(kRoot, {}, host.code()).reply.accepted);
}

TEST(Race, PasswordsAndCodesTogetherAreEvaluatedUpToTheLimit) {
  Host host;
  host.storage().put(test::enrolled());
  const std::string wrong = host.wrong();
  all_at_once(kThreads, [&](unsigned i) {
    if (i % 2 == 0)
      host.authfail(kRoot, {.rhost = "192.0.2." + std::to_string(i)});
    else
      host.accepted(5, wrong, i + 1);
  });
  EXPECT_EQ(host.storage().get("alice").lockout.charged, 5U);
}

TEST(Race, RightLoginsAtOnceHinderNobody) {
  Host host;
  std::vector<std::string> users;
  for (std::uint32_t i = 0; i < kThreads; ++i) {
    users.push_back("user" + std::to_string(i));
    host.names().users[users.back()] = {2000 + i};
    host.storage().put(test::enrolled(users.back(), 2000 + i));
  }
  std::atomic<unsigned> refused = 0;
  for (unsigned round = 0; round < rounds(); ++round) {
    const std::string code = host.code();
    all_at_once(kThreads, [&](unsigned i) {
      const std::uint64_t id = (round + 1) * kThreads + i;
      const auto begun = host.begin(kRoot, {.user = users[i]}, id);
      const auto verified = host.send<wire::VerifyReply>(kRoot, wire::Verify{begun.reply.challenge, code}, id);
      if (!verified.reply.accepted) ++refused;
      host.send<wire::Nothing>(kRoot, wire::Complete{verified.reply.verified}, 1'000'000 + id);
    });
    host.clock().advance(30);
  }
  EXPECT_EQ(refused, 0U);
  for (const std::string& user : users) EXPECT_EQ(host.storage().get(user).lockout.charged, 0U) << user;
}

}  // namespace
}  // namespace umbra
