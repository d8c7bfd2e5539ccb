#include "tests/integration/tool/fixture.hpp"

namespace umbra::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

// bob is no user of this machine.
class Enforcing : public ToolTest {
 protected:
  void SetUp() override {
    take<wire::Enforce>();
    take<wire::Unenforce>();
  }
  template <class Message>
  void take() {
    daemon.answer_raw(Message::kOp, [this](Bytes request) {
      Message message;
      wire::decode_request(request, message);
      answers.emplace_back(message.user);
      const auto status = message.user == "bob"     ? wire::Status::no_such_user
                          : message.user == "carol" ? wire::Status::unavailable
                                                    : wire::Status::ok;
      return FakeDaemon::packet<Message>(request, status, wire::Nothing{});
    });
  }
  static Args many(int count) {
    Args args{"enforce"};
    for (int i = 0; i < count; ++i) args.push_back("u" + std::to_string(i));
    return args;
  }
};

TEST_F(Enforcing, IsALineAUser) {
  const Outcome enforce = run({"enforce", "alice", "dave"});
  expect_exit(enforce, Exit::done);
  EXPECT_EQ(enforce.out, "alice: must enrol at the next login\ndave: must enrol at the next login\n");
  EXPECT_EQ(enforce.err, "");
  EXPECT_THAT(answers, ElementsAre("alice", "dave"));
  const Outcome unenforce = run({"unenforce", "alice"});
  expect_exit(unenforce, Exit::done);
  EXPECT_EQ(unenforce.out, "alice: need not enrol\n");
  EXPECT_EQ(daemon.count(wire::Op::enforce), 2);
  EXPECT_EQ(daemon.count(wire::Op::unenforce), 1);
}

TEST_F(Enforcing, JsonIsAnObjectALine) {
  EXPECT_EQ(run({"enforce", "alice", "dave", "--json"}).out,
            "{\"user\":\"alice\",\"enforced\":true}\n{\"user\":\"dave\",\"enforced\":true}\n");
  EXPECT_EQ(run({"unenforce", "alice", "--json"}).out, "{\"user\":\"alice\",\"enforced\":false}\n");
}

TEST_F(Enforcing, AFailureIsNamedAndTheOthersAreDone) {
  const Outcome outcome = run({"enforce", "alice", "carol", "bob", "dave"});
  expect_exit(outcome, Exit::unavailable);  // the first failure's
  EXPECT_EQ(outcome.out, "alice: must enrol at the next login\ndave: must enrol at the next login\n");
  EXPECT_THAT(outcome.err, HasSubstr("umbra-totp: carol: umbra-totpd cannot answer now"));
  EXPECT_THAT(outcome.err, HasSubstr("\numbra-totp: bob: no such user"));
  EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 2);
  EXPECT_THAT(answers, ElementsAre("alice", "carol", "bob", "dave"));
  expect_exit(run({"enforce", "bob", "carol"}), Exit::wrong_state);
}

TEST_F(Enforcing, OutputThatDoesNotArriveSaysHowFarItCame) {
  expect_error(run({"enforce", "alice", "dave"}, {.out_file = "/dev/full"}), Exit::refused, "done up to alice");
  EXPECT_THAT(answers, ElementsAre("alice"));
}

TEST_F(Enforcing, NamesDoNotSteerTheTerminal) {
  EXPECT_EQ(run({"enforce", "a\x1b[2J"}).out, "a?[2J: must enrol at the next login\n");
}

TEST_F(Enforcing, ManyUsersHaveABarOnATerminal) {
  ToolOnTerminal tool(with_socket(many(101)));
  EXPECT_EQ(tool.wait(), 0);
  EXPECT_THAT(tool.shown(), HasSubstr("] 100 of 101"));
  // The bar is gone before each line and at the end.
  EXPECT_THAT(tool.shown(), HasSubstr("\x1b[Ku100: must enrol at the next login"));
  EXPECT_THAT(tool.shown(), testing::EndsWith("next login\r\n"));
}

TEST_F(Enforcing, NoBarForAHundredNorOffATerminal) {
  ToolOnTerminal tool(with_socket(many(100)));
  EXPECT_EQ(tool.wait(), 0);
  EXPECT_THAT(tool.shown(), HasSubstr("u99: must enrol"));
  EXPECT_THAT(tool.shown(), Not(HasSubstr("of 100")));
  const Outcome outcome = run(many(101));
  expect_exit(outcome, Exit::done);
  EXPECT_EQ(outcome.err, "");
}

class Bypassing : public ToolTest {
 protected:
  void SetUp() override {
    reply.user = "alice";
    reply.code = "K7QX-4M2P";
    reply.expires_at = 1'000'000'000;
    daemon.answer<wire::Bypass>([this](const wire::Bypass& message) {
      answers.emplace_back(std::string(message.user) + " " + std::to_string(message.valid));
      return reply;
    });
  }
  wire::BypassReply reply;
};

TEST_F(Bypassing, ShowsTheCodeOnceAndWhatToDoWithIt) {
  const Outcome outcome = run({"bypass", "alice"});
  expect_exit(outcome, Exit::done);
  EXPECT_EQ(outcome.err, "");
  EXPECT_THAT(outcome.out, testing::StartsWith("K7QX-4M2P\n"));
  EXPECT_EQ(outcome.out.find("K7QX", 1), std::string::npos);
  EXPECT_THAT(outcome.out, HasSubstr("For alice, until 2001-09-09T01:46:40Z: it works once in place of a code"));
  EXPECT_THAT(outcome.out, HasSubstr("making sure who is asking"));
}

TEST_F(Bypassing, AsksForAsLongAsIsSaid) {
  run({"bypass", "alice"});
  run({"bypass", "alice", "--valid", "1h"});
  run({"bypass", "alice", "--valid", "7d"});
  EXPECT_THAT(answers, ElementsAre("alice 900", "alice 3600", "alice 604800"));
}

TEST_F(Bypassing, AsJson) {
  const Outcome outcome = run({"bypass", "alice", "--json"});
  expect_exit(outcome, Exit::done);
  EXPECT_EQ(outcome.out, R"({"user":"alice","code":"K7QX-4M2P","valid_until":"2001-09-09T01:46:40Z"})"
                         "\n");
}

TEST_F(Bypassing, ALockIsANote) {
  reply.locked = true;
  for (const Args& args : {Args{"bypass", "alice"}, {"bypass", "alice", "--json"}}) {
    const Outcome outcome = run(args);
    expect_exit(outcome, Exit::done);
    EXPECT_THAT(outcome.out, HasSubstr("K7QX-4M2P"));
    EXPECT_EQ(outcome.err, "umbra-totp: alice is locked, which refuses this code too: run umbra-totp unlock alice\n");
  }
}

TEST_F(Bypassing, OutputThatDoesNotArriveSaysSo) {
  for (const Streams& streams : {Streams{.out_file = "/dev/full"}, Streams{.reader_leaves = true}})
    expect_error(run({"bypass", "alice"}, streams), Exit::refused, "run umbra-totp bypass again");
}

TEST_F(Bypassing, AnAnswerWithoutACodeOrATimeIsNoDaemons) {
  reply.code = {};
  expect_error(run({"bypass", "alice"}), Exit::unavailable);
  reply.code = "K7QX-4M2P";
  reply.expires_at = -1;
  expect_error(run({"bypass", "alice"}), Exit::unavailable);
}

}  // namespace
}  // namespace umbra::test
