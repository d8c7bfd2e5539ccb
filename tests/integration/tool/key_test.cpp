#include "common/key_messages.hpp"
#include "tests/integration/tool/fixture.hpp"

namespace umbra::test {
namespace {

using testing::HasSubstr;

class Keys : public ToolTest {
 protected:
  void answer_list(std::uint16_t count, bool settled = true, std::uint64_t unreadable = 0) {
    daemon.answer<wire::KeysOf>([this, count, settled, unreadable](const wire::KeysOf&) {
      Writer w(items_);
      const wire::KeyEntry entries[] = {{"0a1b2c3d", 1'764'547'200, 12, 340}, {"99887766", 0, 0, 1}};
      for (std::uint16_t i = 0; i < count; ++i) wire::KeyEntry::fields(w, entries[i]);
      wire::KeysReply reply;
      reply.settled = settled;
      reply.unreadable = unreadable;
      reply.count = count;
      reply.items = Bytes(items_).first(w.size());
      return reply;
    });
  }
  // A rotation that is seen `looks` times before it ends.
  void answer_rotation(int looks, std::uint64_t total, bool resumed = false) {
    daemon.answer<wire::Rotate>([resumed](const wire::Rotate&) {
      wire::RotateReply reply;
      reply.resumed = resumed;
      reply.id = "0a1b2c3d";
      return reply;
    });
    daemon.answer<wire::RotationOf>([this, looks, total](const wire::RotationOf&) {
      wire::RotationReply reply;
      reply.settled = seen_++ == looks;
      reply.total = total;
      reply.done = total / 2;
      return reply;
    });
  }

  std::array<std::uint8_t, 512> items_{};
  int seen_ = 0;
};

TEST_F(Keys, ListIsALineAKey) {
  answer_list(2);
  const Outcome outcome = run({"key", "list"});
  expect_exit(outcome, Exit::done);
  EXPECT_EQ(outcome.out,
            "0a1b2c3d  seals  made 2025-12-01T00:00:00Z  records 12  log 340\n"
            "99887766  opens  made (unknown)  records 0  log 1\n");
  EXPECT_EQ(outcome.err, "");
  EXPECT_EQ(run({"key", "list", "--json"}).out,
            "{\"key\":\"0a1b2c3d\",\"primary\":true,\"made\":\"2025-12-01T00:00:00Z\",\"records\":12,\"log\":340}\n"
            "{\"key\":\"99887766\",\"primary\":false,\"made\":null,\"records\":0,\"log\":1}\n");
}

TEST_F(Keys, ListTellsWhatIsNotAsItShouldBe) {
  answer_list(1, false, 3);
  const Outcome outcome = run({"key", "list"});
  expect_exit(outcome, Exit::done);
  EXPECT_THAT(outcome.err, HasSubstr("3 records open with no key"));
  EXPECT_THAT(outcome.err, HasSubstr("a rotation is under way"));
}

TEST_F(Keys, AListOfNothingIsNoAnswer) {
  answer_list(0);
  expect_error(run({"key", "list"}), Exit::unavailable);
}

TEST_F(Keys, RotateWaitsUntilEverythingIsSealed) {
  answer_rotation(2, 50);
  const Outcome outcome = run({"key", "rotate"});
  expect_exit(outcome, Exit::done);
  EXPECT_THAT(outcome.out, HasSubstr("key 0a1b2c3d seals everything now"));
  EXPECT_EQ(outcome.err, "");
  EXPECT_EQ(daemon.count(wire::Op::rotate), 1);
  EXPECT_EQ(daemon.count(wire::Op::rotation), 3);
}

TEST_F(Keys, RotateHasABarOnATerminal) {
  answer_rotation(2, 1000);
  ToolOnTerminal tool(with_socket({"key", "rotate"}));
  EXPECT_EQ(tool.wait(), 0);
  EXPECT_THAT(tool.shown(), HasSubstr("] 500 of 1000"));
}

TEST_F(Keys, RotateSaysThatAnEarlierOneGoesOn) {
  answer_rotation(0, 50, true);
  const Outcome outcome = run({"key", "rotate", "--json"});
  expect_exit(outcome, Exit::done);
  EXPECT_EQ(outcome.out, "{\"key\":\"0a1b2c3d\",\"resumed\":true}\n");
  EXPECT_THAT(outcome.err, HasSubstr("an earlier rotation is not at its end"));
}

TEST_F(Keys, ADaemonThatLeavesGoesOnLater) {
  answer_rotation(1, 50);
  daemon.fail<wire::RotationOf>(wire::Status::unavailable);
  expect_error(run({"key", "rotate"}), Exit::unavailable, "goes on by itself");
}

TEST_F(Keys, RetireSaysHowMany) {
  std::uint16_t count = 1;
  daemon.answer<wire::Retire>([&](const wire::Retire&) {
    wire::RetireReply reply;
    reply.retired = count;
    return reply;
  });
  EXPECT_THAT(run({"key", "retire"}).out, HasSubstr("1 key retired"));
  EXPECT_EQ(run({"key", "retire", "--json"}).out, "{\"retired\":1}\n");
  count = 0;
  const Outcome none = run({"key", "retire"});
  expect_exit(none, Exit::done);
  EXPECT_THAT(none.out, HasSubstr("nothing to retire"));
}

TEST_F(Keys, EachRefusalSaysWhatToDo) {
  daemon.fail<wire::Retire>(wire::Status::keys_needed);
  expect_error(run({"key", "retire"}), Exit::wrong_state, "still needed");
  daemon.fail<wire::Rotate>(wire::Status::keys_read_only);
  expect_error(run({"key", "rotate"}), Exit::wrong_state, "umbra-totpd(8)");
  daemon.fail<wire::Rotate>(wire::Status::keys_changed);
  expect_error(run({"key", "rotate"}), Exit::wrong_state, "systemctl restart umbra-totpd");
}

TEST_F(Keys, OtherWordsCannotBeMeant) {
  expect_error(run({"key"}), Exit::usage);
  expect_error(run({"key", "drop"}), Exit::usage);
}

}  // namespace
}  // namespace umbra::test
