#include <algorithm>

#include "tests/integration/tool/fixture.hpp"

namespace umbra::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;

using Account = ToolTest;

wire::UserState locked_alice() {
  wire::UserState state;
  state.user = "alice";
  state.enabled = state.locked = true;
  state.backup_codes_remaining = 7;
  state.failures = 5;
  state.locked_until = 2'000'000'000;
  state.last_success = 1'000'000'000;
  return state;
}

TEST_F(Account, StatusForPeopleAndAsJson) {
  daemon.answer<wire::StatusOf>([](const wire::StatusOf&) { return locked_alice(); });
  const Outcome page = run({"status", "alice"});
  expect_exit(page, Exit::done);
  EXPECT_THAT(page.out, HasSubstr("until 2033-05-18T03:33:20Z"));
  const Outcome object = run({"status", "alice", "--json"});
  expect_exit(object, Exit::done);
  EXPECT_EQ(object.out, R"({"user":"alice","enabled":true,"pending":false,"enforced":false,"backup_codes_remaining":7,)"
                        R"("locked":true,"locked_until":"2033-05-18T03:33:20Z","failures":5,)"
                        R"("last_success":"2001-09-09T01:46:40Z","devices":[]})"
                        "\n");
}

TEST_F(Account, StatusListsTheDevices) {
  daemon.answer<wire::StatusOf>([](const wire::StatusOf&) { return locked_alice(); });
  have_devices({"first", "tab\x1blet"}, "laptop");
  const Outcome page = run({"status", "alice"});
  EXPECT_THAT(page.out, HasSubstr("\nDevices:          first (6 digits, since 2001-09-09T01:46:40Z)\n"
                                  "                  tab?let (6 digits, since 2001-09-09T01:46:40Z)\n"
                                  "                  laptop (waits for its first code)\n"));
  const json object = json::parse(run({"status", "alice", "--json"}).out);
  ASSERT_EQ(object["devices"].size(), 2U);
  EXPECT_EQ(object["devices"][0].dump(),
            R"({"added_at":"2001-09-09T01:46:40Z","algorithm":"SHA1","digits":6,"name":"first","period":30})");
  EXPECT_EQ(object["devices"][1]["name"], "tab?let");
}

TEST_F(Account, ADeviceListThatMakesNoSenseIsNoDaemon) {
  daemon.answer<wire::StatusOf>([](const wire::StatusOf&) { return locked_alice(); });
  have_devices({"first"});
  device_items.push_back(0);
  expect_error(run({"status", "alice"}), Exit::unavailable);
  device_items.resize(3);
  expect_error(run({"status", "alice"}), Exit::unavailable);
}

TEST_F(Account, StatusWithoutAWordIsTheCallers) {
  std::string asked;
  daemon.answer<wire::StatusOf>([&asked](const wire::StatusOf& message) {
    asked = message.user;
    return locked_alice();
  });
  run({"status"});
  EXPECT_EQ(asked, "root");
}

// Users u000000, u000001, ... in pages; `size` is how many there are.
class Listing : public ToolTest {
 protected:
  static std::string name(unsigned number) {
    const std::string digits = std::to_string(number);
    return "u" + std::string(6 - digits.size(), '0') + digits;
  }
  void have(unsigned size) {
    daemon.answer<wire::List>([this, size](const wire::List& message) {
      unsigned next =
          message.user.empty() ? 0 : static_cast<unsigned>(std::stoul(std::string(message.user.substr(1)))) + 1;
      items_.resize(wire::kMaxListItems);
      Writer writer(items_);
      wire::ListReply reply;
      for (; next < size; ++next) {
        wire::UserState state = locked_alice();
        const std::string user = name(next);
        state.user = user;
        Writer attempt = writer;
        wire::UserState::fields(attempt, state);
        if (!attempt.ok()) break;
        writer = attempt;
        ++reply.count;
      }
      reply.more = next < size;
      reply.items = Bytes(items_.data(), writer.size());
      return reply;
    });
  }

 private:
  std::vector<std::uint8_t> items_;
};

TEST_F(Listing, IsEmptyWhereNobodyIs) {
  have(0);
  const Outcome outcome = run({"list"});
  expect_exit(outcome, Exit::done);
  EXPECT_EQ(outcome.out, "");
}

TEST_F(Listing, RunsThroughAllPagesOneUserALine) {
  have(5000);
  const Outcome outcome = run({"list"});
  expect_exit(outcome, Exit::done);
  EXPECT_GT(daemon.count(wire::Op::list), 5);
  std::istringstream lines(outcome.out);
  std::string line;
  unsigned number = 0;
  while (std::getline(lines, line)) EXPECT_EQ(line.substr(0, 8), name(number++) + " ");
  EXPECT_EQ(number, 5000U);
}

TEST_F(Listing, JsonIsOneObjectALine) {
  have(300);
  std::istringstream lines(run({"list", "--json"}).out);
  std::string line;
  unsigned number = 0;
  while (std::getline(lines, line)) {
    const json object = json::parse(line);
    EXPECT_EQ(object.size(), 9U);
    EXPECT_EQ(object["user"], name(number++));
    EXPECT_EQ(object["locked"], true);
  }
  EXPECT_EQ(number, 300U);
}

TEST_F(Listing, EndsQuietlyWhenTheReaderHadEnough) {
  have(900'000);
  const Outcome outcome = run({"list"}, {.reader_leaves = true});
  expect_exit(outcome, Exit::done);
  EXPECT_EQ(outcome.err, "");
  EXPECT_LT(daemon.count(wire::Op::list), 10);
}

TEST_F(Listing, SaysWhereItsOutputDoesNotArrive) {
  have(10);
  expect_error(run({"list"}, {.out_file = "/dev/full"}), Exit::refused, "standard output");
}

TEST_F(Listing, PagesThatLeadRoundInACircleAreNoDaemon) {
  daemon.answer<wire::List>([](const wire::List&) {
    static std::array<std::uint8_t, 512> items;
    Writer writer(items);
    const wire::UserState alice = locked_alice();
    wire::UserState::fields(writer, alice);
    wire::ListReply reply;
    reply.more = true;
    reply.count = 1;
    reply.items = Bytes(items.data(), writer.size());
    return reply;
  });
  expect_exit(run({"list"}), Exit::unavailable);
  EXPECT_EQ(daemon.count(wire::Op::list), 2);
}

TEST_F(Listing, PagesThatAreNotWhatTheySayAreNoDaemon) {
  const auto expect_broken = [this](wire::ListReply reply) {
    daemon.answer<wire::List>([reply](const wire::List&) { return reply; });
    expect_error(run({"list"}), Exit::unavailable);
  };
  static constexpr std::uint8_t kJunk[] = {1, 2, 3};
  wire::ListReply reply;
  reply.more = true;
  expect_broken(reply);
  reply.more = false;
  reply.count = 1;
  expect_broken(reply);
  reply.count = 0;
  reply.items = kJunk;
  expect_broken(reply);
}

TEST_F(Account, UnlockAndRemoveNameTheUser) {
  std::string asked;
  const auto note = [&asked](const auto& message) {
    asked = message.user;
    return wire::Nothing{};
  };
  daemon.answer<wire::Unlock>(note);
  daemon.answer<wire::Remove>(note);
  const Outcome unlock = run({"unlock", "alice"});
  expect_exit(unlock, Exit::done);
  EXPECT_EQ(unlock.out, "alice: unlocked\n");
  EXPECT_EQ(asked, "alice");
  const Outcome remove = run({"remove", "bob"});
  expect_exit(remove, Exit::done);
  EXPECT_EQ(remove.out, "bob: removed\n");
  EXPECT_EQ(asked, "bob");
  EXPECT_EQ(run({"--json", "remove", "bob"}).out, "{\"user\":\"bob\"}\n");
  expect_error(run({"unlock"}), Exit::usage, "USER");
}

}  // namespace
}  // namespace umbra::test
