// setup --add and disable of one device: what is asked, sent and said.
#include "tests/integration/tool/fixture.hpp"

namespace umbra::test {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

// Notes what comes as "name|answer" and "name|password|answer", "user|" before it where it is not alice.
class Devices : public ToolTest {
 protected:
  void SetUp() override {
    have_devices({"first", "tablet"});
    offer_to_alice();
    answers.clear();
    offered = {offer(), false};
    offered.backup_codes = {};
    daemon.answer_raw(wire::Op::add_device, [this](Bytes request) { return add(request); });
    wire::UserState state;
    state.enabled = true;
    daemon.answer<wire::StatusOf>([state](const wire::StatusOf&) { return state; });
    daemon.answer<wire::DropDevice>([this](const wire::DropDevice& message) {
      answers.emplace_back(std::string(message.user) + ": " + std::string(message.name) + "|" +
                           std::string(message.password) + "|" + std::string(message.answer));
      wire::ProvenReply reply;
      reply.accepted = !refuse;
      reply.user = "alice";
      return reply;
    });
  }
  // An enabled user's current code is 654321.
  FakeDaemon::Packet add(Bytes request) {
    wire::AddDevice message;
    if (!wire::decode_request(request, message)) return {};
    answers.emplace_back(std::string(message.name) + "|" + std::string(message.answer));
    if (message.answer.empty() && !message.force)
      return FakeDaemon::packet<wire::AddDevice>(request, wire::Status::already_enabled);
    offered.accepted = message.force || message.answer == "654321";
    return FakeDaemon::packet<wire::AddDevice>(request, wire::Status::ok, offered);
  }

  wire::AddDeviceReply offered;
  bool refuse = false;
};

TEST_F(Devices, OneIsAddedForACurrentCode) {
  const Outcome outcome = run({"setup", "alice", "--add", "tablet 2", "--stdin"}, {.in = "654321\n123456\n"});
  expect_exit(outcome, Exit::done);
  EXPECT_THAT(answers, ElementsAre("tablet 2|", "tablet 2|654321", "123456"));
  EXPECT_THAT(outcome.out, HasSubstr("Secret for alice, device tablet 2 (SHA1"));
  EXPECT_THAT(outcome.out, HasSubstr("The backup codes stay as they are."));
  EXPECT_THAT(outcome.out, HasSubstr("Confirmed: from now on alice logs in with a code of tablet 2."));
  EXPECT_EQ(outcome.err, "");
  EXPECT_EQ(daemon.count(wire::Op::setup), 0);
}

TEST_F(Devices, AWrongCurrentCodeAddsNothing) {
  expect_error(run({"setup", "alice", "--add", "tablet", "--stdin"}, {.in = "000000\n"}), Exit::refused,
               "nothing was changed");
  EXPECT_EQ(daemon.count(wire::Op::confirm), 0);
}

TEST_F(Devices, AsJsonThereAreNoBackupCodes) {
  const Outcome outcome = run({"setup", "alice", "--add", "laptop", "--force", "--no-confirm", "--json"});
  expect_exit(outcome, Exit::done);
  const json object = json::parse(outcome.out);
  EXPECT_EQ(object["device"], "laptop");
  EXPECT_EQ(object["secret"], kSecretText);
  EXPECT_EQ(object["backup_codes"].dump(), "[]");
  EXPECT_EQ(object.size(), 6U);
}

TEST_F(Devices, OneThatIsThereIsSaidToBeReplaced) {
  offered.replaces = true;
  const Outcome outcome = run({"setup", "alice", "--add", "tablet", "--force", "--no-confirm"});
  expect_exit(outcome, Exit::done);
  EXPECT_THAT(outcome.err, HasSubstr("the new secret replaces it when it is confirmed"));
}

TEST_F(Devices, SetupSaysWhichOfSeveralItReplaces) {
  const Outcome several = run({"setup", "alice", "--force", "--no-confirm"});
  expect_exit(several, Exit::done);
  EXPECT_THAT(several.err, HasSubstr("alice has 2 devices; the new secret replaces first"));
  have_devices({"first"});
  EXPECT_EQ(run({"setup", "alice", "--force", "--no-confirm"}).err, "");
}

TEST_F(Devices, TooManyAreRefusedWithWhatToDo) {
  daemon.fail<wire::AddDevice>(wire::Status::devices_full);
  expect_error(run({"setup", "alice", "--add", "fifth"}), Exit::wrong_state, "take one away first");
}

TEST_F(Devices, RootDisablesOneWithoutProof) {
  const Outcome outcome = run({"disable", "alice", "--device", "tablet"});
  expect_exit(outcome, Exit::done);
  EXPECT_EQ(outcome.out, "Disabled: codes of tablet let alice in no more.\n");
  EXPECT_EQ(outcome.err, "");
  EXPECT_THAT(answers, ElementsAre("alice: tablet||"));
}

TEST_F(Devices, ToOthersASingleWordIsADevice) {
  const std::string nobody = name_of(kNobody);
  const Outcome outcome = run({"disable", "tablet", "--stdin"}, {.in = "password\n654321\n", .uid = kNobody});
  expect_exit(outcome, Exit::done);
  EXPECT_THAT(outcome.out, Not(HasSubstr("no second factor")));
  run({"disable", "--device", "first", "--stdin"}, {.in = "password\n654321\n", .uid = kNobody});
  run({"disable", nobody, "--device", "first", "--stdin"}, {.in = "password\n654321\n", .uid = kNobody});
  EXPECT_THAT(answers, ElementsAre(nobody + ": tablet|password|654321", nobody + ": first|password|654321",
                                   nobody + ": first|password|654321"));
  EXPECT_EQ(daemon.count(wire::Op::disable), 0);
}

TEST_F(Devices, OneThatIsNotThereIsAskedNothing) {
  expect_error(run({"disable", "laptop", "--stdin"}, {.in = "p\n1\n", .uid = kNobody}), Exit::wrong_state,
               "no device laptop: see umbra-totp status");
  expect_error(run({"disable", "alice", "--device", "laptop"}), Exit::wrong_state, "no device laptop");
  have_devices({});
  expect_error(run({"disable", "alice", "--device", "first"}), Exit::wrong_state, "alice is not set up");
  EXPECT_TRUE(answers.empty());
}

TEST_F(Devices, TheLastOneIsTheWholeFactorAndThatIsSaidBefore) {
  have_devices({"tablet"});
  const Outcome outcome = run({"disable", "alice", "--device", "tablet"});
  expect_exit(outcome, Exit::done);
  EXPECT_THAT(outcome.err, HasSubstr("tablet is the only device"));
  EXPECT_EQ(outcome.out, "Disabled: alice has no second factor any more.\n");
}

TEST_F(Devices, DisabledAsJson) {
  EXPECT_EQ(run({"disable", "alice", "--device", "tablet", "--json"}).out,
            R"({"user":"alice","device":"tablet","accepted":true,"reason":null})"
            "\n");
  refuse = true;
  expect_exit(run({"disable", "alice", "--device", "tablet", "--json"}), Exit::refused);
}

}  // namespace
}  // namespace umbra::test
