#include <csignal>

#include "tests/integration/tool/fixture.hpp"

namespace umbra::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class Prompt : public ToolTest {
 protected:
  void SetUp() override {
    daemon.answer<wire::Check>([this](const wire::Check& message) {
      answers.emplace_back(message.answer);
      return accepted();
    });
  }
};

TEST_F(Prompt, AsksWithoutEcho) {
  ToolOnTerminal tool(with_socket({"verify"}));
  ASSERT_TRUE(tool.see("Code: "));
  EXPECT_FALSE(tool.echo());
  tool.type("123456\r");
  EXPECT_TRUE(tool.see("Accepted"));
  EXPECT_EQ(tool.wait(), 0);
  EXPECT_TRUE(tool.echo());
  EXPECT_THAT(tool.shown(), Not(HasSubstr("123456")));
  EXPECT_THAT(answers, ElementsAre("123456"));
}

TEST_F(Prompt, ALongAnswerIsSentAsAMalformedOne) {
  ToolOnTerminal tool(with_socket({"verify"}));
  ASSERT_TRUE(tool.see("Code: "));
  tool.type(std::string(200, '7') + "\r");
  EXPECT_EQ(tool.wait(), 0);
  EXPECT_THAT(answers, ElementsAre("?"));
}

TEST_F(Prompt, TheKeyboardsInterruptEndsItWithTheEchoBackOn) {
  ToolOnTerminal tool(with_socket({"verify"}));
  ASSERT_TRUE(tool.see("Code: "));
  ASSERT_FALSE(tool.echo());
  tool.type("123\x03");
  EXPECT_EQ(tool.wait(), 128 + SIGINT);
  EXPECT_TRUE(tool.echo());
  EXPECT_TRUE(answers.empty());
}

TEST_F(Prompt, SignalsFromOutsideEndItWithTheEchoBackOn) {
  for (const int signal_number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) {
    ToolOnTerminal tool(with_socket({"verify"}));
    ASSERT_TRUE(tool.see("Code: "));
    ASSERT_FALSE(tool.echo());
    ASSERT_EQ(kill(tool.tool(), signal_number), 0);
    EXPECT_EQ(tool.wait(), 128 + signal_number);
    EXPECT_TRUE(tool.echo());
  }
}

TEST_F(Prompt, AStoppedToolLeavesTheEchoOnAndAsksAnewWhenContinued) {
  ToolOnTerminal tool(with_socket({"verify"}));
  for (int round = 0; round < 2; ++round) {
    ASSERT_TRUE(tool.see("Code: "));
    ASSERT_FALSE(tool.echo());
    tool.type("12\x1a");
    ASSERT_EQ(tool.wait(), 256 + SIGTSTP);
    EXPECT_TRUE(tool.echo());
    tool.resume();
  }
  ASSERT_TRUE(tool.see("Code: "));
  EXPECT_TRUE(tool.echo_becomes(false));
  tool.type("654321\r");
  EXPECT_EQ(tool.wait(), 0);
  EXPECT_TRUE(tool.echo());
  EXPECT_THAT(answers, ElementsAre("654321"));
}

TEST_F(Prompt, EndOfInputIsNoCode) {
  ToolOnTerminal tool(with_socket({"verify"}));
  ASSERT_TRUE(tool.see("Code: "));
  tool.type("\x04");
  EXPECT_EQ(tool.wait(), 2);
  EXPECT_THAT(tool.shown(), HasSubstr("ended before a code"));
  EXPECT_TRUE(answers.empty());
}

TEST_F(Prompt, SetupAsksForTheFirstCodeUpToThreeTimes) {
  offer_to_alice();
  ToolOnTerminal tool(with_socket({"setup", "alice"}));
  ASSERT_TRUE(tool.see("First code from your app: "));
  EXPECT_FALSE(tool.echo());
  tool.type("111111\r");
  ASSERT_TRUE(tool.see("refused: wrong code"));
  ASSERT_TRUE(tool.see("First code from your app: "));
  tool.type("123456\r");
  ASSERT_TRUE(tool.see("Confirmed"));
  EXPECT_EQ(tool.wait(), 0);
  EXPECT_THAT(answers, ElementsAre("", "111111", "123456"));
}

TEST_F(Prompt, SetupOfAnEnabledUserAsksForACurrentCode) {
  offer_to_alice();
  daemon.answer_raw(wire::Op::setup, [](Bytes request) {
    wire::Setup message;
    wire::decode_request(request, message);
    if (message.answer != "654321") return FakeDaemon::packet<wire::Setup>(request, wire::Status::already_enabled);
    return FakeDaemon::packet<wire::Setup>(request, wire::Status::ok, offer());
  });
  ToolOnTerminal tool(with_socket({"setup", "alice"}));
  ASSERT_TRUE(tool.see("Current code: "));
  EXPECT_FALSE(tool.echo());
  tool.type("654321\r");
  ASSERT_TRUE(tool.see("First code from your app: "));
  tool.type("123456\r");
  EXPECT_EQ(tool.wait(), 0);
}

}  // namespace
}  // namespace umbra::test
