#include "tests/integration/tool/log_fixture.hpp"

namespace umbra::test {
namespace {

using testing::ElementsAre;

TEST_F(Log, IsEmptyWhereNothingHappened) {
  have(0, 10);
  const Outcome outcome = run({"log"});
  expect_exit(outcome, Exit::done);
  EXPECT_EQ(outcome.out + outcome.err, "");
  EXPECT_THAT(answers, ElementsAre("|0|50"));
}

TEST_F(Log, ShowsTheOldestFirst) {
  have(2, 10);
  const Outcome outcome = run({"log"});
  expect_exit(outcome, Exit::done);
  EXPECT_EQ(outcome.out,
            "2001-09-09T01:46:41Z  accepted  verify        alice             sshd        -                -\n"
            "2001-09-09T01:46:42Z  accepted  verify        alice             sshd        -                -\n");
}

TEST_F(Log, JsonIsAnObjectALine) {
  have(3, 10);
  const Outcome outcome = run({"log", "--json"});
  expect_exit(outcome, Exit::done);
  EXPECT_THAT(numbers(outcome.out), ElementsAre(1, 2, 3));
  EXPECT_EQ(outcome.out.substr(0, outcome.out.find('\n')),
            R"({"number":1,"time":"2001-09-09T01:46:41Z","event":"verify","user":"alice","service":"sshd",)"
            R"("source":"","accepted":true,"reason":null,"dropped":0})");
}

TEST_F(Log, RunsThroughThePagesOfTheLastOnes) {
  have(100, 3);
  EXPECT_THAT(numbers(run({"log", "--json", "-n", "7"}).out), ElementsAre(94, 95, 96, 97, 98, 99, 100));
  EXPECT_THAT(answers, ElementsAre("|0|7", "|96|0", "|99|0"));
}

TEST_F(Log, HasFiftyUnlessTold) {
  have(1000, 200);
  EXPECT_EQ(numbers(run({"log", "--json"}).out).size(), 50U);
  const auto all = numbers(run({"log", "--json", "-n", "1000000"}).out);
  ASSERT_EQ(all.size(), 1000U);
  EXPECT_EQ(all.front(), 1U);
  EXPECT_EQ(all.back(), 1000U);
}

TEST_F(Log, OfOneUser) {
  have(5, 2);
  run({"log", "--user", "alice", "-n", "3"});
  EXPECT_THAT(answers, ElementsAre("alice|0|3", "alice|4|0"));
}

// What is added meanwhile is behind the last ones that were asked for.
TEST_F(Log, EndsWithTheNumberThatWasAskedFor) {
  daemon.answer<wire::TrailOf>([this](const wire::TrailOf& message) {
    const std::uint64_t from = message.last > 0 ? 8 : message.after;
    return page_of(from, from + 2, 1000);
  });
  EXPECT_THAT(numbers(run({"log", "--json", "-n", "3"}).out), ElementsAre(9, 10, 11));
}

// A page of others' entries has none to show and still leads on.
TEST_F(Log, EmptyPagesThatLeadOnAreNoEnd) {
  daemon.answer<wire::TrailOf>([this](const wire::TrailOf& message) {
    if (message.after == 20) return page_of(29, 30, 30);
    wire::TrailReply reply;
    reply.more = true;
    reply.last = message.after + 10;
    return reply;
  });
  EXPECT_THAT(numbers(run({"log", "--json"}).out), ElementsAre(30));
}

TEST_F(Log, NothingAskedForIsNothingShown) {
  have(5, 10);
  const Outcome outcome = run({"log", "-n", "0"});
  expect_exit(outcome, Exit::done);
  EXPECT_EQ(outcome.out, "");
  EXPECT_THAT(answers, ElementsAre("|0|1"));
}

TEST_F(Log, EndsQuietlyWhenTheReaderHadEnough) {
  have(1'000'000, 200);
  for (const Args& args : {Args{"log", "-n", "1000000"}, {"log", "-f"}}) {
    const Outcome outcome = run(args, {.reader_leaves = true});
    expect_exit(outcome, Exit::done);
    EXPECT_EQ(outcome.err, "");
  }
  EXPECT_LT(daemon.count(wire::Op::trail), 10);
}

TEST_F(Log, SaysWhereItsOutputDoesNotArrive) {
  have(10, 10);
  expect_error(run({"log"}, {.out_file = "/dev/full"}), Exit::refused, "standard output");
  expect_error(run({"log", "-f"}, {.out_file = "/dev/full"}), Exit::refused, "standard output");
}

class BrokenLog : public Log {
 protected:
  void expect_broken(const std::function<wire::TrailReply(const wire::TrailOf&)>& reply) {
    daemon.answer<wire::TrailOf>(reply);
    const int before = daemon.count(wire::Op::trail);
    const Outcome outcome = run({"log", "-n", "2"});
    expect_exit(outcome, Exit::unavailable);
    EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1);
    EXPECT_LE(daemon.count(wire::Op::trail) - before, 2);
  }
};

TEST_F(BrokenLog, PagesThatLeadRoundInACircleAreNoDaemon) {
  expect_broken([](const wire::TrailOf&) {
    wire::TrailReply reply;
    reply.more = true;
    reply.last = 5;  // the second time this is no progress
    return reply;
  });
  expect_broken([this](const wire::TrailOf&) {
    wire::TrailReply reply = page_of(0, 1, 1);  // the second time this entry was there before
    reply.more = true;
    return reply;
  });
  expect_broken([](const wire::TrailOf&) {
    wire::TrailReply reply;
    reply.more = true;
    return reply;
  });
}

TEST_F(BrokenLog, PagesThatAreNotWhatTheySayAreNoDaemon) {
  static constexpr std::uint8_t kJunk[] = {1, 2, 3};
  expect_broken([](const wire::TrailOf&) {
    wire::TrailReply reply;
    reply.last = 9;
    reply.items = kJunk;
    return reply;
  });
  expect_broken([this](const wire::TrailOf&) {  // fewer than it counts
    wire::TrailReply reply = page_of(0, 1, 1);
    reply.count = 2;
    return reply;
  });
  expect_broken([this](const wire::TrailOf&) { return page_of(0, 3, 3); });  // more than was asked for
  expect_broken([this](const wire::TrailOf&) {                               // an entry behind its own end
    wire::TrailReply reply = page_of(0, 2, 2);
    reply.last = 1;
    return reply;
  });
  expect_broken([this](const wire::TrailOf&) {  // the same entry twice
    wire::TrailReply reply = page_of(0, 1, 1);
    static std::vector<std::uint8_t> twice;
    twice.assign(reply.items.begin(), reply.items.end());
    twice.insert(twice.end(), reply.items.begin(), reply.items.end());
    reply.items = twice;
    reply.count = 2;
    return reply;
  });
}

}  // namespace
}  // namespace umbra::test
