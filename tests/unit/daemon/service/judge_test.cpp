// Many answers at once before a real store: what is accepted, what is charged, what is recorded.
#include "daemon/service/judge.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cctype>
#include <latch>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/world.hpp"

namespace umbra {
namespace {

using test::World;

struct Tally {
  std::atomic<int> accepted = 0, evaluated = 0, unavailable = 0, missing = 0;
  void count(const Judgement* judgement) {
    if (judgement == nullptr) {
      ++unavailable;
    } else if (!judgement->found) {
      ++missing;
    } else {
      const Decision& decision = judgement->decision;
      if (decision.verdict == Verdict::accepted) ++accepted;
      // The answer was compared with the secret: its verdict says something about it.
      if (decision.verdict == Verdict::accepted || decision.reason == wire::Reason::wrong_code) ++evaluated;
    }
  }
};

// One answer each from as many threads, all at once; ends when all are judged.
struct Race {
  World& world;
  Judge judge{world.context()};
  std::atomic<std::uint64_t> next_id = 1;

  struct Typed {
    Target target;
    std::string answer;
  };
  void run(const std::vector<Typed>& answers, Tally& tally) {
    std::latch start(static_cast<std::ptrdiff_t>(answers.size()));
    std::latch end(static_cast<std::ptrdiff_t>(answers.size()));
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < answers.size(); ++i)
      threads.emplace_back([&, i] {
        start.arrive_and_wait();
        auto attempt = std::make_shared<const Attempt>(
            judge.attempt(answers[i].answer, test::request_id(next_id++), Purpose::login));
        judge.judge(answers[i].target, attempt, {"sshd", "192.0.2.1"}, [&](const Judgement* judgement) {
          tally.count(judgement);
          end.count_down();
        });
      });
    end.wait();
  }
};

const Target kTarget{"alice", 1000, 1};

TEST(Judge, OneCodeRacedBy64IsAcceptedOnce) {
  World world;
  Record alice = test::enrolled();
  world.storage().put(alice);
  Race race{world};
  for (int round = 0; round < 20; ++round) {
    Tally tally;
    race.run(std::vector<Race::Typed>(64, {kTarget, test::code_text(*alice.active, world.clock().wall())}), tally);
    EXPECT_EQ(tally.accepted, 1) << round;
    EXPECT_EQ(tally.unavailable, 0) << round;
    world.clock().advance(30);
  }
  EXPECT_EQ(world.storage().get("alice").lockout.charged, 0U) << "who loses a race is not charged";
}

TEST(Judge, RightCodesOf32UsersAtOnceAreAllAccepted) {
  World world;
  std::vector<Race::Typed> answers;
  for (std::uint32_t i = 0; i < 32; ++i) {
    Record user = test::enrolled("user" + std::to_string(i), 2000 + i);
    user.active->secret.assign(test::bytes("a secret of user " + std::to_string(i)));
    world.storage().put(user);
    answers.push_back({{user.user, user.uid, 1}, test::code_text(*user.active, test::kNow)});
  }
  Tally tally;
  Race{world}.run(answers, tally);
  EXPECT_EQ(tally.accepted, 32);
  for (const auto& typed : answers) {
    const Record record = world.storage().get(typed.target.user);
    EXPECT_TRUE(record.window.spent(time_step(test::kNow, 30))) << "every accepted step is recorded";
    EXPECT_EQ(record.last_success, test::kNow);
    EXPECT_EQ(record.last_service, "sshd");
    EXPECT_EQ(record.last_source, "192.0.2.1");
  }
}

TEST(Judge, WrongAnswersAtOnceAreEvaluatedUpToTheLimit) {
  World world;
  const Record alice = test::enrolled();
  world.storage().put(alice);
  Tally tally;
  Race race{world};
  race.run(std::vector<Race::Typed>(64, {kTarget, test::wrong_code(*alice.active, test::kNow)}), tally);
  EXPECT_EQ(tally.accepted, 0);
  EXPECT_EQ(tally.evaluated, 5);
  EXPECT_EQ(world.storage().get("alice").lockout.charged, 5U) << "and refusals are durable";
  Tally right;
  race.run({{kTarget, test::code_text(*alice.active, test::kNow)}}, right);
  EXPECT_EQ(right.accepted, 0) << "locked";
}

TEST(Judge, WrongBackupCodesAtOnceAreEvaluatedUpToTheLimit) {
  World world;
  Record alice = test::enrolled();
  world.give_backup_codes(alice);
  world.storage().put(alice);
  Tally tally;
  std::vector<Race::Typed> answers(32, {kTarget, "WRNG-CODE"});
  for (std::size_t i = 0; i < answers.size(); i += 2) answers[i].answer = test::wrong_code(*alice.active, test::kNow);
  Race{world}.run(answers, tally);
  EXPECT_EQ(tally.accepted, 0);
  EXPECT_LE(tally.evaluated, 5) << "codes and backup codes share the limit";
  EXPECT_EQ(world.storage().get("alice").lockout.locks, 1);
}

TEST(Judge, OneBackupCodeRacedBy8IsAcceptedOnce) {
  World world;
  Record alice = test::enrolled();
  const auto codes = world.give_backup_codes(alice);
  world.storage().put(alice);
  world.configure([](Config& config) { config.lockout.failures = 10; });
  Tally tally;
  Race{world}.run(std::vector<Race::Typed>(8, {kTarget, codes[3]}), tally);
  EXPECT_EQ(tally.accepted, 1);
  const Record after = world.storage().get("alice");
  EXPECT_EQ(after.backup.remaining(), 9U);
  EXPECT_NE(after.backup.codes[3].used_at, 0);
  EXPECT_EQ(after.lockout.charged, 0U);
  EXPECT_TRUE(after.reservations.empty());
}

TEST(Judge, EveryBackupCodeWorksHoweverItIsTyped) {
  World world;
  Record alice = test::enrolled();
  auto codes = world.give_backup_codes(alice);
  world.storage().put(alice);
  for (char& c : codes[1]) c = static_cast<char>(std::tolower(c));
  codes[2].erase(4, 1);
  codes[3] = " " + codes[3] + "\n";
  Race race{world};
  for (std::size_t i = 0; i < codes.size(); ++i) {
    Tally tally;
    race.run({{kTarget, codes[i]}}, tally);
    EXPECT_EQ(tally.accepted, 1) << i;
  }
  EXPECT_EQ(world.storage().get("alice").backup.remaining(), 0U);
}

TEST(Judge, OnlyTheTargetIsJudged) {
  World world;
  const Record alice = test::enrolled();
  world.storage().put(alice);
  Record bob = test::enrolled("bob", 1001);
  bob.active.reset();
  world.storage().put(bob);
  const std::string code = test::code_text(*alice.active, test::kNow);
  const struct {
    const char* name;
    Target target;
  } table[] = {{"a reused name", {"alice", 1001, 1}},
               {"an older credential", {"alice", 1000, 0}},
               {"nobody", {"mallory", 1002, 1}},
               {"not enrolled", {"bob", 1001, 1}}};
  Race race{world};
  for (const auto& row : table) {
    Tally tally;
    race.run({{row.target, code}}, tally);
    EXPECT_EQ(tally.missing, 1) << row.name;
  }
  Tally tally;
  race.run({{kTarget, code}}, tally);
  EXPECT_EQ(tally.accepted, 1) << "and nothing was burnt";
}

// The owner disables or enrols anew while his backup code is being hashed: that is no failure of anybody's.
TEST(Judge, AReservationWhoseFactorWasReplacedIsGivenBack) {
  World world;
  Record alice = test::enrolled();
  const auto codes = world.give_backup_codes(alice);
  world.storage().put(alice);
  std::latch hold(1);
  for (int thread = 0; thread < 2; ++thread) ASSERT_TRUE(world.context().slow.post([&] { hold.wait(); }));
  Judge judge(world.context());
  std::latch end(1);
  bool found = true;
  judge.judge(kTarget, std::make_shared<const Attempt>(judge.attempt(codes[0], test::request_id(1), Purpose::login)),
              {"sshd", ""}, [&](const Judgement* judgement) {
                found = judgement == nullptr || judgement->found;
                end.count_down();
              });
  world.context().committer.settle();
  Record replaced = world.storage().get("alice");
  ASSERT_EQ(replaced.reservations.size(), 1U);
  ++replaced.generation;
  world.storage().put(replaced);
  hold.count_down();
  end.wait();
  EXPECT_FALSE(found);
  EXPECT_TRUE(world.storage().get("alice").reservations.empty());
  EXPECT_EQ(world.storage().get("alice").backup.remaining(), 10U);
}

TEST(Judge, RehearsalTouchesADecoyAndNobodyElse) {
  World world;
  world.storage().put(test::enrolled());
  Judge judge(world.context());
  std::latch end(10);
  for (std::uint64_t i = 0; i < 10; ++i)
    judge.rehearse("mallory",
                   std::make_shared<const Attempt>(judge.attempt("123456", test::request_id(i), Purpose::login)),
                   [&](bool durable, bool) {
                     EXPECT_TRUE(durable);
                     end.count_down();
                   });
  end.wait();
  EXPECT_FALSE(world.storage().store().read("mallory").value().has_value()) << "no row that an attempt can create";
  EXPECT_EQ(world.storage().get("alice").lockout, LockoutState{});
  EXPECT_EQ(world.storage().get(decoy_name("mallory")).lockout.locks, 1);
}

TEST(Judge, RehearsalOfABackupCodeLeavesNothingBehind) {
  World world;
  Judge judge(world.context());
  std::latch end(3);
  for (std::uint64_t i = 0; i < 3; ++i)
    judge.rehearse("mallory",
                   std::make_shared<const Attempt>(judge.attempt("ABCD-EFGH", test::request_id(i), Purpose::login)),
                   [&](bool durable, bool) {
                     EXPECT_TRUE(durable);
                     end.count_down();
                   });
  end.wait();
  EXPECT_TRUE(world.storage().get(decoy_name("mallory")).reservations.empty());
}

TEST(Judge, WhereNobodyCanHashNothingIsDecidedOrCharged) {
  World world(0);
  Record alice = test::enrolled();
  const auto codes = world.give_backup_codes(alice);
  world.storage().put(alice);
  Tally tally;
  Race{world}.run(std::vector<Race::Typed>(3, {kTarget, codes[0]}), tally);
  EXPECT_EQ(tally.unavailable, 3);
  const Record after = world.storage().get("alice");
  EXPECT_TRUE(after.reservations.empty());
  EXPECT_EQ(after.lockout.charged, 0U);
  EXPECT_EQ(after.backup.remaining(), 10U);

  Judge judge(world.context());
  std::latch end(1);
  judge.rehearse("mallory",
                 std::make_shared<const Attempt>(judge.attempt(codes[0], test::request_id(99), Purpose::login)),
                 [&](bool durable, bool) {
                   EXPECT_FALSE(durable) << "as for a user who is there";
                   end.count_down();
                 });
  end.wait();
}

}  // namespace
}  // namespace umbra
