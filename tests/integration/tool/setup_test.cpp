#include <fstream>

#include "tests/integration/tool/fixture.hpp"

namespace umbra::test {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;

using SettingUp = ToolTest;

TEST_F(SettingUp, JsonIsOneObjectWithTheContractsKeys) {
  offer_to_alice();
  const Outcome outcome = run({"setup", "alice", "--json", "--no-confirm"});
  expect_exit(outcome, Exit::done);
  EXPECT_EQ(outcome.err, "");
  EXPECT_EQ(std::count(outcome.out.begin(), outcome.out.end(), '\n'), 1);
  const json object = json::parse(outcome.out);
  EXPECT_EQ(object.size(), 5U);
  EXPECT_EQ(object["user"], "alice");
  EXPECT_EQ(object["secret"], kSecretText);
  EXPECT_EQ(object["otpauth_uri"], kUri);
  EXPECT_THAT(object["qr_code_base64"].get<std::string>(), testing::StartsWith("iVBORw0KGgo"));
  EXPECT_EQ(object["backup_codes"].size(), 10U);
  EXPECT_EQ(object["backup_codes"][9], "AAAA-0010");
  EXPECT_EQ(daemon.count(wire::Op::confirm), 0);
}

TEST_F(SettingUp, OptionsReachTheDaemon) {
  wire::Setup seen;
  daemon.answer<wire::Setup>([&seen](const wire::Setup& message) {
    seen = message;
    seen.user = message.user == "alice" ? "alice" : "?";
    seen.answer = {};
    return offer();
  });
  run({"setup", "--algorithm", "sha256", "--digits", "8", "--period", "60", "--force", "--no-confirm", "alice"});
  EXPECT_EQ(seen.user, "alice");
  EXPECT_EQ(seen.algorithm, 2);
  EXPECT_EQ(seen.digits, 8);
  EXPECT_EQ(seen.period, 60U);
  EXPECT_TRUE(seen.force);
  run({"setup", "--no-confirm", "alice"});
  EXPECT_EQ(seen.algorithm, 0);
  EXPECT_EQ(seen.digits, 0);
  EXPECT_EQ(seen.period, 0U);
  EXPECT_FALSE(seen.force);
}

TEST_F(SettingUp, PageWithoutATerminalHasNoCodeAndNoEscapes) {
  offer_to_alice();
  const Outcome outcome = run({"setup", "alice", "--no-confirm"});
  expect_exit(outcome, Exit::done);
  EXPECT_THAT(outcome.out, HasSubstr("GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ"));
  EXPECT_THAT(outcome.out, HasSubstr(kUri));
  EXPECT_THAT(outcome.out, HasSubstr("AAAA-0010"));
  for (const char c : outcome.out) EXPECT_TRUE(c == '\n' || (c >= ' ' && c <= '~'));
}

TEST_F(SettingUp, FirstCodeFromStandardInputConfirms) {
  offer_to_alice();
  const Outcome outcome = run({"setup", "alice", "--stdin"}, {.in = "123456\n"});
  expect_exit(outcome, Exit::done);
  EXPECT_THAT(outcome.out, HasSubstr("Confirmed: from now on alice"));
  EXPECT_EQ(outcome.err, "");
  EXPECT_THAT(answers, ElementsAre("", "123456"));
}

TEST_F(SettingUp, WithJsonTheConfirmationGoesToStandardError) {
  offer_to_alice();
  const Outcome outcome = run({"setup", "alice", "--stdin", "--json"}, {.in = "123456\n"});
  expect_exit(outcome, Exit::done);
  EXPECT_EQ(json::parse(outcome.out)["secret"], kSecretText);
  EXPECT_THAT(outcome.err, HasSubstr("Confirmed"));
}

TEST_F(SettingUp, AsksThreeTimes) {
  offer_to_alice();
  expect_exit(run({"setup", "alice", "--stdin"}, {.in = "1\n2\n123456\n"}), Exit::done);
  EXPECT_THAT(answers, ElementsAre("", "1", "2", "123456"));
  const Outcome outcome = run({"setup", "alice", "--stdin"}, {.in = "1\n2\n3\n123456\n"});
  expect_exit(outcome, Exit::refused);
  EXPECT_THAT(outcome.err, HasSubstr("not confirmed"));
  EXPECT_EQ(daemon.count(wire::Op::confirm), 6);
}

TEST_F(SettingUp, InputThatEndsConfirmsNothing) {
  offer_to_alice();
  const Outcome outcome = run({"setup", "alice", "--stdin"});
  expect_exit(outcome, Exit::refused);
  EXPECT_THAT(outcome.err, HasSubstr("not confirmed"));
  EXPECT_THAT(outcome.out, HasSubstr(kUri));
  EXPECT_EQ(daemon.count(wire::Op::confirm), 0);
}

TEST_F(SettingUp, WithNobodyToAskTheSecretWaits) {
  offer_to_alice();
  const Outcome outcome = run({"setup", "alice", "--json"});
  expect_exit(outcome, Exit::done);
  EXPECT_EQ(json::parse(outcome.out)["user"], "alice");
  EXPECT_THAT(outcome.err, HasSubstr("umbra-totp confirm"));
  EXPECT_EQ(daemon.count(wire::Op::confirm), 0);
}

class SetupOfEnabledUser : public ToolTest {
 protected:
  void SetUp() override {
    offer_to_alice();
    daemon.answer_raw(wire::Op::setup, [this](Bytes request) {
      wire::Setup message;
      wire::decode_request(request, message);
      answers.emplace_back(message.answer);
      if (message.answer.empty() && !message.force)
        return FakeDaemon::packet<wire::Setup>(request, wire::Status::already_enabled);
      wire::SetupReply reply = offer();
      if (message.answer == "000000") {
        reply = {};
        reply.accepted = false;
        reply.reason = static_cast<std::uint8_t>(wire::Reason::wrong_code);
      }
      return FakeDaemon::packet<wire::Setup>(request, wire::Status::ok, reply);
    });
  }
};

TEST_F(SetupOfEnabledUser, IsAWrongStateWithNobodyToAsk) {
  expect_error(run({"setup", "alice", "--no-confirm"}), Exit::wrong_state, "--force");
  EXPECT_THAT(answers, ElementsAre(""));
}

TEST_F(SetupOfEnabledUser, AsksForACurrentCodeBeforeTheFirstOne) {
  expect_exit(run({"setup", "alice", "--stdin"}, {.in = "654321\n123456\n"}), Exit::done);
  EXPECT_THAT(answers, ElementsAre("", "654321", "123456"));
}

TEST_F(SetupOfEnabledUser, RefusesAWrongCurrentCodeAndShowsNothing) {
  expect_error(run({"setup", "alice", "--stdin"}, {.in = "000000\n123456\n"}), Exit::refused, "nothing was changed");
  EXPECT_THAT(answers, ElementsAre("", "000000"));
}

TEST_F(SetupOfEnabledUser, InputWithoutACodeIsAWrongState) {
  expect_error(run({"setup", "alice", "--stdin"}), Exit::wrong_state, "already enabled");
  expect_error(run({"setup", "alice", "--stdin"}, {.in = "\n"}), Exit::wrong_state, "already enabled");
}

TEST_F(SetupOfEnabledUser, RootMayForce) {
  expect_exit(run({"setup", "alice", "--force", "--no-confirm"}), Exit::done);
}

TEST_F(SettingUp, OutputThatDoesNotArriveConfirmsNothing) {
  offer_to_alice();
  for (const Streams& streams :
       {Streams{.in = "123456\n", .out_file = "/dev/full"}, Streams{.in = "123456\n", .close_out = true},
        Streams{.in = "123456\n", .reader_leaves = true}}) {
    expect_error(run({"setup", "alice", "--stdin"}, streams), Exit::refused, "nothing was confirmed");
    expect_error(run({"setup", "alice", "--stdin", "--json"}, streams), Exit::refused, "nothing was confirmed");
  }
  EXPECT_EQ(daemon.count(wire::Op::confirm), 0);
}

TEST_F(SettingUp, PictureIsANewFileOfItsOwner) {
  offer_to_alice();
  const std::string path = folder.file("alice.png");
  expect_exit(run({"setup", "alice", "--no-confirm", "--png", path}), Exit::done);
  struct stat info{};
  ASSERT_EQ(stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777, 0600U);
  EXPECT_GT(info.st_size, 0);
}

TEST_F(SettingUp, PictureNeverReplacesAnything) {
  offer_to_alice();
  const std::string path = folder.file("there.png"), link = folder.file("link.png"), loose = folder.file("loose.png");
  std::ofstream(path) << "kept";
  ASSERT_EQ(symlink(path.c_str(), link.c_str()), 0);
  ASSERT_EQ(symlink(folder.file("nowhere").c_str(), loose.c_str()), 0);
  for (const auto& name : {path, link, loose, folder.file("no-folder/x.png")})
    expect_error(run({"setup", "alice", "--no-confirm", "--png", name}), Exit::usage, "cannot create " + name);
  std::string content;
  std::ifstream(path) >> content;
  EXPECT_EQ(content, "kept");
  EXPECT_EQ(access(folder.file("nowhere").c_str(), F_OK), -1);
  EXPECT_EQ(daemon.count(wire::Op::setup), 0);
}

TEST_F(SettingUp, NoPictureIsLeftWhereNothingWasSetUp) {
  daemon.fail<wire::Setup>(wire::Status::no_such_user);
  const std::string path = folder.file("x.png");
  expect_error(run({"setup", "alice", "--png", path}), Exit::wrong_state, "no such user: alice");
  EXPECT_EQ(access(path.c_str(), F_OK), -1);
  offer_to_alice();
  run({"setup", "alice", "--no-confirm", "--png", path}, {.out_file = "/dev/full"});
  EXPECT_EQ(access(path.c_str(), F_OK), -1);
}

// The picture must not take the place of the closed descriptor.
TEST_F(SettingUp, ClosedOutputIsNoOutputWithAPictureEither) {
  offer_to_alice();
  const std::string path = folder.file("x.png");
  expect_error(run({"setup", "alice", "--no-confirm", "--png", path}, {.close_out = true}), Exit::refused,
               "nothing was confirmed");
  EXPECT_EQ(access(path.c_str(), F_OK), -1);
}

TEST_F(SettingUp, AnOfferThatMakesNoSenseIsNoDaemon) {
  daemon.answer<wire::Setup>([](const wire::Setup&) {
    wire::SetupReply reply = offer();
    reply.algorithm = 9;
    return reply;
  });
  expect_error(run({"setup", "alice"}), Exit::unavailable);
}

}  // namespace
}  // namespace umbra::test
