#include <csignal>

#include "tests/integration/tool/fixture.hpp"

namespace umbra::test {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr char kPassword[] = "correct horse";

class Proven : public ToolTest {
 protected:
  void SetUp() override {
    ASSERT_NE(name_of(kNobody), "");
    state.user = "alice";
    state.enabled = true;
    reply.accepted = true;
    reply.user = "alice";
    reply.backup_codes = kBackupCodes;
    daemon.answer<wire::StatusOf>([this](const wire::StatusOf&) { return state; });
    take<wire::BackupCodes>();
    take<wire::Disable>();
  }
  template <class Message>
  void take() {
    daemon.answer<Message>([this](const Message& message) {
      answers.emplace_back(std::string(message.user) + "|" + std::string(message.password) + "|" +
                           std::string(message.answer));
      return reply;
    });
  }
  void refuse(wire::Reason reason) {
    reply.accepted = false;
    reply.reason = static_cast<std::uint8_t>(reason);
    reply.backup_codes = {};
  }
  Outcome run_as_nobody(const std::string& verb, const std::string& in, const Args& more = {}) const {
    Args args{verb, "--stdin"};
    args.insert(args.end(), more.begin(), more.end());
    return run(args, {.in = in, .uid = kNobody});
  }

  wire::UserState state;
  wire::ProvenReply reply;
};

// backup-codes and disable ask the same proof; each test runs for both.
class Proof : public Proven, public testing::WithParamInterface<const char*> {
 protected:
  [[nodiscard]] std::string verb() const { return GetParam(); }
};

INSTANTIATE_TEST_SUITE_P(Verbs, Proof, testing::Values("backup-codes", "disable"), [](const auto& verb) {
  return std::string(verb.param) == "disable" ? "disable" : "backup_codes";
});

TEST_P(Proof, RootGivesNeitherPasswordNorCode) {
  // Not even where both could be read.
  const Outcome outcome = run({verb(), "alice", "--stdin"}, {.in = "secret\n123456\n"});
  expect_exit(outcome, Exit::done);
  EXPECT_EQ(outcome.err, "");
  EXPECT_THAT(answers, ElementsAre("alice||"));
  EXPECT_EQ(daemon.count(wire::Op::status), 0);
}

TEST_P(Proof, WithoutAWordItIsTheCallers) {
  expect_exit(run({verb()}), Exit::done);
  expect_exit(run_as_nobody(verb(), "p\n1\n"), Exit::done);
  EXPECT_THAT(answers, ElementsAre(name_of(0) + "||", name_of(kNobody) + "|p|1"));
}

TEST_P(Proof, StandardInputGivesThePasswordBeforeTheCode) {
  const Outcome outcome = run_as_nobody(verb(), "correct horse\n123456\nnext\n");
  expect_exit(outcome, Exit::done);
  EXPECT_EQ(outcome.err, "");
  EXPECT_THAT(outcome.out, Not(HasSubstr("horse")));
  EXPECT_THAT(answers, ElementsAre(name_of(kNobody) + "|correct horse|123456"));
}

TEST_P(Proof, TheTerminalIsAskedForBothWithoutEcho) {
  ToolOnTerminal tool(with_socket({verb()}), "C.UTF-8", kNobody);
  ASSERT_TRUE(tool.see("Password: "));
  EXPECT_FALSE(tool.echo());
  tool.type(std::string(kPassword) + "\r");
  ASSERT_TRUE(tool.see("Code: "));
  EXPECT_TRUE(tool.echo_becomes(false));
  tool.type("123456\r");
  EXPECT_EQ(tool.wait(), 0);
  EXPECT_TRUE(tool.echo());
  EXPECT_THAT(tool.shown(), Not(HasSubstr(kPassword)));
  EXPECT_THAT(tool.shown(), Not(HasSubstr("123456")));
  EXPECT_THAT(answers, ElementsAre(name_of(kNobody) + "|" + kPassword + "|123456"));
}

TEST_P(Proof, AnInterruptAtThePasswordSendsNothing) {
  ToolOnTerminal tool(with_socket({verb()}), "C.UTF-8", kNobody);
  ASSERT_TRUE(tool.see("Password: "));
  ASSERT_FALSE(tool.echo());
  tool.type("corr\x03");
  EXPECT_EQ(tool.wait(), 128 + SIGINT);
  EXPECT_TRUE(tool.echo());
  EXPECT_TRUE(answers.empty());
}

TEST_P(Proof, AStoppedToolForgetsWhatWasTypedOfThePassword) {
  ToolOnTerminal tool(with_socket({verb()}), "C.UTF-8", kNobody);
  ASSERT_TRUE(tool.see("Password: "));
  tool.type("wro\x1a");
  ASSERT_EQ(tool.wait(), 256 + SIGTSTP);
  tool.resume();
  ASSERT_TRUE(tool.see("Password: "));
  EXPECT_TRUE(tool.echo_becomes(false));
  tool.type("right\r");
  ASSERT_TRUE(tool.see("Code: "));
  EXPECT_TRUE(tool.echo_becomes(false));
  tool.type("123456\r");
  EXPECT_EQ(tool.wait(), 0);
  EXPECT_THAT(answers, ElementsAre(name_of(kNobody) + "|right|123456"));
}

TEST_P(Proof, WhoIsNotEnabledIsAskedNothing) {
  state.enabled = false;
  state.pending = state.enforced = true;
  const Outcome outcome = run({verb()}, {.uid = kNobody});  // nothing to ask on either
  expect_error(outcome, Exit::wrong_state, name_of(kNobody) + " is not set up");
  expect_error(run_as_nobody(verb(), "p\n1\n"), Exit::wrong_state, "umbra-totp setup");
  EXPECT_TRUE(answers.empty());
}

// To disable it is a device that he does not have.
TEST_P(Proof, SomebodyElsesNameIsAskedNothing) {
  daemon.fail<wire::StatusOf>(wire::Status::not_permitted);
  have_devices({"first"});
  const Exit exit = verb() == "disable" ? Exit::wrong_state : Exit::not_permitted;
  expect_error(run_as_nobody(verb(), "p\n1\n", {"alice"}), exit);
  EXPECT_TRUE(answers.empty());
}

TEST_P(Proof, NothingToAskOnIsUsage) {
  expect_error(run({verb()}, {.uid = kNobody}), Exit::usage, "--stdin");
  expect_error(run_as_nobody(verb(), ""), Exit::usage, "ended before a password");
  expect_error(run_as_nobody(verb(), "p\n"), Exit::usage, "ended before a code");
  EXPECT_TRUE(answers.empty());
}

TEST_P(Proof, APasswordHasItsLength) {
  const std::string longest(512, 'p');
  expect_exit(run_as_nobody(verb(), longest + "\n123456\n"), Exit::done);
  EXPECT_THAT(answers, ElementsAre(name_of(kNobody) + "|" + longest + "|123456"));
  answers.clear();
  expect_error(run_as_nobody(verb(), longest + "p\n123456\n"), Exit::usage, "at most 512 bytes");
  expect_error(run_as_nobody(verb(), std::string(100'000, 'p')), Exit::usage, "at most 512 bytes");
  EXPECT_TRUE(answers.empty());
}

TEST_P(Proof, ALongCodeIsSentAsAMalformedOne) {
  run_as_nobody(verb(), "p\n" + std::string(65, '1') + "\n");
  EXPECT_THAT(answers, ElementsAre(name_of(kNobody) + "|p|?"));
}

TEST_P(Proof, ARefusalIsExit1AndTellsRootWhy) {
  refuse(wire::Reason::suspended);
  expect_error(run({verb(), "alice"}), Exit::refused, "alice is suspended");
}

TEST_P(Proof, OthersHearNoReason) {
  refuse(wire::Reason::wrong_password);  // even where the daemon said one
  expect_error(run_as_nobody(verb(), "p\n1\n"), Exit::refused,
               "refused: wrong password, wrong or already used code, or locked");
}

TEST_P(Proof, NotSetUpIsAWrongStateForRoot) {
  daemon.fail<wire::BackupCodes>(wire::Status::not_set_up);
  daemon.fail<wire::Disable>(wire::Status::not_set_up);
  expect_error(run({verb(), "alice"}), Exit::wrong_state, "alice is not set up");
}

using FreshCodes = Proven;
using Disabling = Proven;

TEST_F(FreshCodes, AreShownOnce) {
  const Outcome outcome = run({"backup-codes", "alice"});
  expect_exit(outcome, Exit::done);
  EXPECT_THAT(outcome.out, HasSubstr("for alice"));
  EXPECT_THAT(outcome.out, HasSubstr("the old ones are dead"));
  EXPECT_THAT(outcome.out, HasSubstr("\n    AAAA-0001    AAAA-0002\n"));
  EXPECT_THAT(outcome.out, HasSubstr("AAAA-0010"));
}

TEST_F(FreshCodes, AsJson) {
  const Outcome outcome = run({"backup-codes", "alice", "--json"});
  expect_exit(outcome, Exit::done);
  EXPECT_EQ(std::count(outcome.out.begin(), outcome.out.end(), '\n'), 1);
  const json object = json::parse(outcome.out);
  EXPECT_EQ(object.size(), 2U);
  EXPECT_EQ(object["user"], "alice");
  EXPECT_EQ(object["backup_codes"].size(), 10U);
  EXPECT_EQ(object["backup_codes"][0], "AAAA-0001");
}

TEST_F(FreshCodes, ARefusalShowsNoneInJsonEither) {
  refuse(wire::Reason::locked);
  expect_error(run({"backup-codes", "alice", "--json"}), Exit::refused, "alice is locked");
}

TEST_F(FreshCodes, ThatDoNotArriveAreMadeAnew) {
  for (const Streams& streams :
       {Streams{.out_file = "/dev/full"}, Streams{.close_out = true}, Streams{.reader_leaves = true}}) {
    expect_error(run({"backup-codes", "alice"}, streams), Exit::refused, "old backup codes are dead");
    expect_error(run({"backup-codes", "alice", "--json"}, streams), Exit::refused, "run umbra-totp backup-codes again");
  }
}

TEST_F(FreshCodes, ThatAreNoneAreNoDaemons) {
  reply.backup_codes = {};
  expect_error(run({"backup-codes", "alice"}), Exit::unavailable);
}

TEST_F(Disabling, SaysSo) {
  const Outcome outcome = run({"disable", "alice"});
  expect_exit(outcome, Exit::done);
  EXPECT_EQ(outcome.out, "Disabled: alice has no second factor any more.\n");
}

TEST_F(Disabling, AsJson) {
  EXPECT_EQ(run({"disable", "alice", "--json"}).out, R"({"user":"alice","accepted":true,"reason":null})"
                                                     "\n");
  EXPECT_EQ(run_as_nobody("disable", "p\n1\n", {"--json"}).out, R"({"user":"alice","accepted":true})"
                                                                "\n");
}

TEST_F(Disabling, JsonOfARefusal) {
  refuse(wire::Reason::locked);
  const Outcome told = run({"disable", "alice", "--json"});
  expect_exit(told, Exit::refused);
  EXPECT_EQ(told.out, R"({"user":"alice","accepted":false,"reason":"locked"})"
                      "\n");
  EXPECT_EQ(std::count(told.err.begin(), told.err.end(), '\n'), 1);
  refuse(wire::Reason::unspecified);
  EXPECT_EQ(run_as_nobody("disable", "p\n1\n", {"--json"}).out, R"({"user":"alice","accepted":false})"
                                                                "\n");
}

TEST_F(Disabling, OutputThatDoesNotArriveSaysThatItIsDone) {
  expect_error(run({"disable", "alice"}, {.out_file = "/dev/full"}), Exit::refused, "disabled all the same");
}

}  // namespace
}  // namespace umbra::test
