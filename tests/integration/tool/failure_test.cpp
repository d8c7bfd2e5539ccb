#include <unistd.h>

#include "tests/integration/tool/fixture.hpp"

namespace umbra::test {
namespace {

using testing::HasSubstr;
using wire::Op;
using wire::Status;

using Failing = ToolTest;

// Every verb, and the operation behind it.
struct Verb {
  Args args;
  Op op;
};
const Verb kVerbs[] = {{{"setup", "alice"}, Op::setup},
                       {{"confirm", "alice", "123456"}, Op::confirm},
                       {{"verify", "alice", "123456"}, Op::check},
                       {{"status", "alice"}, Op::status},
                       {{"list"}, Op::list},
                       {{"unlock", "alice"}, Op::unlock},
                       {{"remove", "alice"}, Op::remove},
                       {{"setup", "alice", "--add", "tablet"}, Op::add_device},
                       {{"backup-codes", "alice"}, Op::backup_codes},
                       {{"disable", "alice"}, Op::disable},
                       {{"disable", "alice", "--device", "tablet"}, Op::drop_device},
                       {{"enforce", "alice"}, Op::enforce},
                       {{"unenforce", "alice"}, Op::unenforce},
                       {{"bypass", "alice"}, Op::bypass},
                       {{"log"}, Op::trail},
                       {{"key", "list"}, Op::keys},
                       {{"key", "rotate"}, Op::rotate},
                       {{"key", "retire"}, Op::retire},
                       {{"log", "--follow", "-n", "0"}, Op::trail},
                       {{"doctor", "--user", "alice"}, Op::explain}};

TEST_F(Failing, EachStatusHasItsExitCodeForEachVerb) {
  const std::pair<Status, Exit> table[] = {
      {Status::bad_request, Exit::usage},           {Status::not_permitted, Exit::not_permitted},
      {Status::unavailable, Exit::unavailable},     {Status::no_such_user, Exit::wrong_state},
      {Status::not_set_up, Exit::wrong_state},      {Status::already_enabled, Exit::wrong_state},
      {Status::nothing_pending, Exit::wrong_state}, {Status::keys_read_only, Exit::wrong_state},
      {Status::keys_changed, Exit::wrong_state},    {Status::keys_needed, Exit::wrong_state},
      {Status::no_device, Exit::wrong_state},       {Status::devices_full, Exit::wrong_state}};
  for (const auto& verb : kVerbs)
    for (const auto& row : table) {
      const Status status = row.first;
      have_devices(verb.op == Op::drop_device ? std::vector<std::string>{"first", "tablet"}
                                              : std::vector<std::string>{});
      SCOPED_TRACE(verb.args[0] + ", status " + std::to_string(static_cast<int>(status)));
      daemon.answer_raw(verb.op, [&verb, status](Bytes request) {
        wire::RequestHeader header;
        wire::decode_header(request, header);
        FakeDaemon::Packet packet(64);
        packet.resize(wire::encode_reply(verb.op, header.id, status, wire::Nothing{}, packet));
        return packet;
      });
      expect_error(run(verb.args), row.second);
      Args json = verb.args;
      json.emplace_back("--json");
      expect_error(run(json), row.second);
    }
}

TEST_F(Failing, NoDaemonIsExit4) {
  for (const auto& verb : kVerbs) {
    Args args = verb.args;
    args.insert(args.end(), {"--socket", folder.file("nobody-here")});
    expect_error(run_tool(args), Exit::unavailable, "systemctl start umbra-totpd");
  }
}

TEST_F(Failing, ADaemonThatIsNotRootsIsExit4AndIsAskedNothing) {
  const FakeDaemon impostor(65534);
  for (const auto& verb : kVerbs) {
    Args args = verb.args;
    args.insert(args.begin(), {"--socket", impostor.socket()});
    expect_error(run_tool(args), Exit::unavailable, "not served by root");
    EXPECT_EQ(impostor.count(verb.op), 0);
  }
}

TEST_F(Failing, NonsenseIsExit4) {
  const FakeDaemon::Handler nonsense[] = {
      [](Bytes) { return FakeDaemon::Packet{'n', 'o'}; },
      [](Bytes) { return FakeDaemon::Packet(wire::kMaxPacket + 1, 0x41); },
      [](Bytes request) { return FakeDaemon::Packet(request.begin(), request.end()); },
      [](Bytes request) {  // somebody else's reply
        FakeDaemon::Packet packet = FakeDaemon::packet<wire::StatusOf>(request, Status::ok, wire::UserState{});
        packet[5] ^= 1;
        return packet;
      },
      [](Bytes request) {  // something behind its end
        FakeDaemon::Packet packet = FakeDaemon::packet<wire::StatusOf>(request, Status::ok, wire::UserState{});
        packet.push_back(0);
        return packet;
      },
      [](Bytes) { return FakeDaemon::Packet{}; }};  // hangs up
  for (const auto& handler : nonsense) {
    daemon.answer_raw(Op::status, handler);
    expect_error(run({"status", "alice"}), Exit::unavailable, "journalctl -u umbra-totpd");
  }
}

TEST_F(Failing, ADaemonThatRestartsIsAskedOnceMore) {
  bool first = true;
  daemon.answer_raw(Op::unlock, [&first](Bytes request) {
    return std::exchange(first, false) ? FakeDaemon::Packet{}
                                       : FakeDaemon::packet<wire::Unlock>(request, Status::ok, wire::Nothing{});
  });
  expect_exit(run({"unlock", "alice"}), Exit::done);
  EXPECT_EQ(daemon.count(Op::unlock), 2);
}

TEST_F(Failing, BadWordsAreExit2AndReachNobody) {
  for (const Args& args : {Args{"frob"},
                           {"setup", "--digits", "9", "alice"},
                           {"list", "alice"},
                           {"remove"},
                           {"disable", "alice", "password"},
                           {"setup", "--add", "a/b"},
                           {"disable", "--device", ""},
                           {"enforce"},
                           {"bypass", "alice", "--valid", "8d"},
                           {"log", "-n", "1000001"},
                           {"doctor", "--service", "sshd"},
                           {"doctor", "--user", "alice", "--source", "tty1"}})
    expect_error(run(args), Exit::usage, "--help");
  for (const auto& verb : kVerbs) EXPECT_EQ(daemon.count(verb.op), 0);
}

TEST_F(Failing, NoWordsAtAllIsHelpAndExit2) {
  const Outcome outcome = run_tool({});
  expect_exit(outcome, Exit::usage);
  EXPECT_THAT(outcome.out, HasSubstr("setup"));
  EXPECT_THAT(outcome.err, HasSubstr("say what to do"));
}

TEST_F(Failing, HelpAndVersionNeedNoDaemon) {
  for (const Args& args : {Args{"--help"}, {"setup", "--help"}, {"--version"}, {"list", "--version"}}) {
    const Outcome outcome = run_tool(args);
    expect_exit(outcome, Exit::done);
    EXPECT_THAT(outcome.out, HasSubstr("umbra-totp"));
    EXPECT_EQ(outcome.err, "");
  }
}

}  // namespace
}  // namespace umbra::test
