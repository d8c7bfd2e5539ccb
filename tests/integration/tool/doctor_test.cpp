#include "tests/integration/tool/fixture.hpp"

namespace umbra::test {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;

class Doctor : public ToolTest {
 protected:
  void SetUp() override {
    reply.user = "alice";
    reply.rule = 2;
    reply.line = 14;
    reply.factor = static_cast<std::uint8_t>(wire::Factor::required);
    daemon.answer<wire::Explain>([this](const wire::Explain& message) {
      answers.emplace_back(std::string(message.user) + "|" + std::string(message.service) + "|" +
                           std::string(message.source));
      return reply;
    });
  }
  wire::ExplainReply reply;
};

TEST_F(Doctor, SaysWhichRuleAndWhatComesOfIt) {
  const Outcome outcome = run({"doctor", "--user", "alice"});
  expect_exit(outcome, Exit::done);
  EXPECT_EQ(outcome.err, "");
  EXPECT_EQ(outcome.out,
            "A login of alice through sshd, from this machine.\n"
            "It meets rule 2, config.toml line 14: second_factor is \"required\".\n"
            "alice is not enrolled.\n"
            "The login is refused until alice is set up: run umbra-totp setup.\n");
}

TEST_F(Doctor, AsksForTheLoginThatIsMeant) {
  run({"doctor", "--user", "alice"});
  run({"doctor", "--user", "alice", "--service", "sudo", "--source", "192.0.2.7"});
  EXPECT_THAT(answers, ElementsAre("alice|sshd|", "alice|sudo|192.0.2.7"));
}

TEST_F(Doctor, AsJson) {
  reply.enforced = true;
  reply.rule = 0;
  reply.line = 0;
  reply.factor = static_cast<std::uint8_t>(wire::Factor::optional);
  const Outcome outcome = run({"doctor", "--user", "alice", "--source", "192.0.2.7", "--json"});
  expect_exit(outcome, Exit::done);
  EXPECT_EQ(outcome.out,
            R"({"user":"alice","service":"sshd","source":"192.0.2.7","rule":null,"line":null,)"
            R"("second_factor":"optional","enabled":false,"enforced":true,"locked":false,"source_locked":false,)"
            R"("outcome":"enrol"})"
            "\n");
}

TEST_F(Doctor, AFactorThatIsNoneIsNoDaemons) {
  reply.factor = 5;
  expect_error(run({"doctor", "--user", "alice"}), Exit::unavailable);
}

TEST_F(Doctor, OutputThatDoesNotArriveIsAnError) {
  expect_error(run({"doctor", "--user", "alice"}, {.out_file = "/dev/full"}), Exit::refused, "standard output");
}

}  // namespace
}  // namespace umbra::test
