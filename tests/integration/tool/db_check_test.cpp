// db check against a scripted daemon.
#include "common/backup_messages.hpp"
#include "tests/integration/tool/fixture.hpp"

namespace umbra::test {
namespace {

using testing::HasSubstr;

class DbCheck : public ToolTest {
 protected:
  // Two pages, the second with two damaged records where `damaged`.
  void answer(bool damaged) {
    daemon.answer<wire::Inspect>([this, damaged](const wire::Inspect& message) {
      wire::InspectReply reply;
      reply.more = message.after.empty();
      reply.last = reply.more ? "m" : "z";
      reply.looked_at = 60;
      reply.total = 120;
      if (reply.more || !damaged) return reply;
      Writer w(items_);
      const wire::DamagedRecord records[] = {{"n\x1b[2J", 1}, {std::string_view("\0decoy3", 7), 2}, {"x", 3}};
      for (const auto& record : records) wire::DamagedRecord::fields(w, record);
      reply.count = 3;
      reply.items = Bytes(items_).first(w.size());
      return reply;
    });
  }

 private:
  std::array<std::uint8_t, 256> items_{};
};

TEST_F(DbCheck, AllSound) {
  answer(false);
  const Outcome outcome = run({"db", "check"});
  expect_exit(outcome, Exit::done);
  EXPECT_EQ(outcome.out, "120 records, all sound\n");
  EXPECT_EQ(run({"db", "check", "--json"}).out, "{\"records\":120,\"damaged\":0}\n");
}

TEST_F(DbCheck, NamesTheDamagedOnes) {
  answer(true);
  const Outcome outcome = run({"db", "check"});
  expect_exit(outcome, Exit::refused);
  EXPECT_THAT(outcome.out, HasSubstr("n?[2J: does not open with the key ring"));
  EXPECT_THAT(outcome.out, HasSubstr("(stand-in for unknown users: decoy3): opens, and is no record"));
  EXPECT_THAT(outcome.out, HasSubstr("x: is the record of another name"));
  EXPECT_THAT(outcome.out, HasSubstr("3 of 120 records are damaged"));
  EXPECT_THAT(run({"db", "check", "--json"}).out,
              testing::EndsWith("{\"user\":\"x\",\"damage\":\"foreign\"}\n{\"records\":120,\"damaged\":3}\n"));
}

TEST_F(DbCheck, APageThatLeadsInACircleIsNoAnswer) {
  daemon.answer<wire::Inspect>([](const wire::Inspect&) {
    wire::InspectReply reply;
    reply.more = true;
    reply.last = "m";
    reply.looked_at = 1;
    return reply;
  });
  expect_error(run({"db", "check"}), Exit::unavailable);
}

TEST_F(DbCheck, HasABarOnATerminal) {
  answer(false);
  ToolOnTerminal tool(with_socket({"db", "check"}));
  EXPECT_EQ(tool.wait(), 0);
  EXPECT_THAT(tool.shown(), HasSubstr("] 60 of 120"));
}

TEST_F(DbCheck, OtherWordsCannotBeMeant) {
  expect_error(run({"db"}), Exit::usage);
  expect_error(run({"db", "drop"}), Exit::usage);
  expect_error(run({"backup"}), Exit::usage);
  expect_error(run({"restore"}), Exit::usage);
}

}  // namespace
}  // namespace umbra::test
