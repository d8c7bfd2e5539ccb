#include <unistd.h>

#include <csignal>

#include "tests/integration/tool/log_fixture.hpp"

namespace umbra::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

using Following = Log;

TEST_F(Following, EndsWithItsReaderThoughNothingHappens) {
  have(0, 10);
  const Outcome outcome = run({"log", "--follow"}, {.reader_leaves = true});
  expect_exit(outcome, Exit::done);
  EXPECT_EQ(outcome.err, "");
}

class Watching : public Following, public testing::WithParamInterface<int> {};

INSTANTIATE_TEST_SUITE_P(Signals, Watching, testing::Values(SIGINT, SIGTERM));

TEST_P(Watching, ShowsWhatIsAddedUntilASignal) {
  have(3, 10);
  ToolOnTerminal tool(with_socket({"log", "--follow", "-n", "2", "--json"}));
  ASSERT_TRUE(tool.see("\"number\":2"));
  ASSERT_TRUE(tool.see("\"number\":3"));
  size_ = 5;
  ASSERT_TRUE(tool.see("\"number\":4"));
  ASSERT_TRUE(tool.see("\"number\":5"));
  ASSERT_EQ(kill(tool.tool(), GetParam()), 0);
  EXPECT_EQ(tool.wait(), 0);
  settle();
  EXPECT_THAT(tool.shown(), Not(HasSubstr("\"number\":1,")));
  EXPECT_EQ(answers.at(0), "|0|2");
  EXPECT_EQ(answers.at(1), "|3|0");
}

TEST_F(Following, WithoutTheLastOnesShowsTheNewOnesAlone) {
  have(3, 1);
  ToolOnTerminal tool(with_socket({"log", "-f", "-n", "0", "--json"}));
  for (int patience = 1000; patience > 0 && daemon.count(wire::Op::trail) < 2; --patience) usleep(10'000);
  size_ = 5;
  ASSERT_TRUE(tool.see("\"number\":4"));
  ASSERT_TRUE(tool.see("\"number\":5"));
  tool.type("\x03");
  EXPECT_EQ(tool.wait(), 0);
  settle();
  EXPECT_THAT(tool.shown(), Not(HasSubstr("\"number\":3")));
  EXPECT_EQ(answers.at(0), "|0|1");
  EXPECT_EQ(answers.at(1), "|3|0");
}

TEST_F(Following, EndsWhereTheDaemonDoes) {
  daemon.answer<wire::TrailOf>([this](const wire::TrailOf& message) {
    if (message.after != 0) daemon.fail<wire::TrailOf>(wire::Status::unavailable);
    return page_of(message.after, 1, 1);
  });
  const Outcome outcome = run({"log", "-f", "--json"});
  expect_exit(outcome, Exit::unavailable);
  EXPECT_THAT(numbers(outcome.out), ElementsAre(1));
}

}  // namespace
}  // namespace umbra::test
