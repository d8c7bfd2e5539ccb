#include "tests/integration/tool/fixture.hpp"

namespace umbra::test {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;

// confirm and verify take the same words and answer alike; each test runs for both.
class Code : public ToolTest, public testing::WithParamInterface<const char*> {
 protected:
  void SetUp() override {
    take<wire::Confirm>();
    take<wire::Check>();
  }
  template <class Message>
  void take() {
    daemon.answer<Message>([this](const Message& message) {
      answers.emplace_back(std::string(message.user) + " " + std::string(message.answer));
      return reply;
    });
  }
  [[nodiscard]] std::string verb() const { return GetParam(); }

  wire::CodeReply reply = accepted();
};

INSTANTIATE_TEST_SUITE_P(Verbs, Code, testing::Values("confirm", "verify"),
                         [](const auto& verb) { return std::string(verb.param); });

TEST_P(Code, TwoWordsAreUserAndCode) {
  const Outcome outcome = run({verb(), "alice", "123456"});
  expect_exit(outcome, Exit::done);
  EXPECT_THAT(outcome.out, HasSubstr("alice"));
  EXPECT_EQ(outcome.err, "");
  EXPECT_THAT(answers, ElementsAre("alice 123456"));
}

TEST_P(Code, OneWordIsTheCallersCode) {
  expect_exit(run({verb(), "123456"}), Exit::done);
  EXPECT_THAT(answers, ElementsAre(name_of(0) + " 123456"));
}

TEST_P(Code, OneWordThatIsNoCodeIsUsageAndNeverSent) {
  expect_error(run({verb(), "alice"}), Exit::usage, "say USER CODE, or the code alone");
  EXPECT_TRUE(answers.empty());
}

TEST_P(Code, WithoutWordsStandardInputGivesTheCallersCode) {
  expect_exit(run({verb(), "--stdin"}, {.in = "123456\nnext\n"}), Exit::done);
  expect_exit(run({verb(), "--stdin"}, {.in = "654321"}), Exit::done);
  EXPECT_THAT(answers, ElementsAre(name_of(0) + " 123456", name_of(0) + " 654321"));
}

TEST_P(Code, NothingToAskOnIsUsage) {
  expect_error(run({verb()}), Exit::usage, "--stdin");
  expect_error(run({verb(), "--stdin"}), Exit::usage, "ended before a code");
  EXPECT_TRUE(answers.empty());
}

TEST_P(Code, ALongAnswerIsSentAsAMalformedOne) {
  run({verb(), "alice", std::string(65, '1')});
  run({verb(), "alice", std::string(64, '1')});
  run({verb(), "--stdin"}, {.in = std::string(100'000, '1') + "\n"});
  EXPECT_THAT(answers, ElementsAre("alice ?", "alice " + std::string(64, '1'), name_of(0) + " ?"));
}

TEST_P(Code, JsonOfAnAcceptedCode) {
  const Outcome outcome = run({verb(), "alice", "123456", "--json"});
  expect_exit(outcome, Exit::done);
  EXPECT_EQ(outcome.out, R"({"user":"alice","accepted":true,"step":57000000,"reason":null})"
                         "\n");
}

TEST_P(Code, JsonOfABackupCodeHasNoStep) {
  reply.has_step = false;
  EXPECT_EQ(json::parse(run({verb(), "alice", "ABCD-1234", "--json"}).out)["step"], nullptr);
}

TEST_P(Code, ARefusalIsExit1AndSaysWhy) {
  reply = refused();
  expect_error(run({verb(), "alice", "123456"}), Exit::refused, "refused: wrong code");
  reply = refused(wire::Reason::locked);
  expect_error(run({verb(), "alice", "123456"}), Exit::refused, "umbra-totp unlock alice");
  reply = refused(wire::Reason::unspecified);
  expect_error(run({verb(), "alice", "123456"}), Exit::refused, "wrong or already used code");
}

TEST_P(Code, JsonOfARefusalNamesTheReasonToRoot) {
  reply = refused(wire::Reason::replayed);
  const Outcome outcome = run({verb(), "alice", "123456", "--json"});
  expect_exit(outcome, Exit::refused);
  EXPECT_EQ(outcome.out, R"({"user":"alice","accepted":false,"step":null,"reason":"replayed"})"
                         "\n");
  EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1);
}

TEST_P(Code, OthersAreAskedForUnderTheirOwnNameAndHearNoReason) {
  ASSERT_NE(name_of(kNobody), "");
  reply = refused(wire::Reason::unspecified);
  const Outcome outcome = run({verb(), "123456", "--json"}, {.uid = kNobody});
  expect_exit(outcome, Exit::refused);
  EXPECT_EQ(outcome.out, R"({"user":"alice","accepted":false,"step":null})"
                         "\n");
  EXPECT_THAT(answers, ElementsAre(name_of(kNobody) + " 123456"));
}

TEST_P(Code, OutputThatDoesNotArriveIsAnError) {
  expect_error(run({verb(), "alice", "123456"}, {.out_file = "/dev/full"}), Exit::refused, "standard output");
}

}  // namespace
}  // namespace umbra::test
