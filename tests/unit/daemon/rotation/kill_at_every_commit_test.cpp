// A rotation killed at every step that makes something durable: every user verifies at every stage. UMBRA_ROTATED is
// the number of users (a thousand in the long hunt).
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "tests/unit/daemon/rotation/machine.hpp"
#include "tests/unit/daemon/rotation/steps.hpp"

namespace umbra::test {
namespace {

unsigned users() {
  const char* const wish = std::getenv("UMBRA_ROTATED");
  return wish == nullptr ? 1000 : static_cast<unsigned>(std::strtoul(wish, nullptr, 10));
}

void copy(const std::string& from, const std::string& to) {
  std::filesystem::remove_all(to);
  std::filesystem::copy(from, to, std::filesystem::copy_options::recursive);
}

// What a start finds in a copy of the folder: users who are refused, or that it does not start.
std::string found_in(const std::string& folder, int step) {
  try {
    Machine machine(folder);
    const unsigned refused = machine.refused(users(), step);
    return refused == 0 ? "" : std::to_string(refused) + " users are refused";
  } catch (const std::exception& error) {
    return error.what();
  }
}

void enrol_in(const std::string& folder) {
  prepare(folder);
  Machine machine(folder);
  machine.enrol(users());
  for (int i = 0; i < 300; ++i) machine.audit().write({"verify", "user1", "sshd", "", true, wire::Reason::unspecified});
  machine.audit().flush();
}

TEST(RotationKilled, AtEveryStepEverybodyVerifies) {
  const TempDir dir(folder_in_memory());
  const std::string folder = dir.path() + "/now", stage = dir.path() + "/stage";
  enrol_in(folder);
  std::vector<std::string> steps;
  {
    Machine machine(folder);
    watch_steps([&](const std::string& step) {
      steps.push_back(step);
      copy(folder, stage);
      EXPECT_EQ(found_in(stage, static_cast<int>(steps.size()) * 2), "")
          << "after step " << steps.size() << ", " << step;
    });
    ASSERT_EQ(machine.rotate().status, wire::Status::ok);
    ASSERT_TRUE(machine.settled());
    ASSERT_EQ(machine.retire().status, wire::Status::ok);
    watch_steps({});
  }
  // The file, its name and its folder are on disk before the database hears of the key, and that before a record.
  ASSERT_GT(steps.size(), 4U);
  EXPECT_EQ(std::vector(steps.begin(), steps.begin() + 4),
            (std::vector<std::string>{"fsync", "rename", "fsync", "commit"}));
  EXPECT_GE(std::ranges::count(steps, "journal"), users() / 32);
  EXPECT_EQ(load(folder + "/keyring")->size(), 1U);
  EXPECT_EQ(found_in(folder, 5000), "");
}

// Each daemon is killed at its first, second, … step, and the next one goes on from what that left.
TEST(RotationKilled, ResumedAndKilledAgainUntilItIsDone) {
  const TempDir dir(folder_in_memory());
  std::string folder = dir.path() + "/0";
  enrol_in(folder);
  bool begun = false, done = false;
  int kills = 0;
  for (; !done && kills < 200; ++kills) {
    const std::string next = dir.path() + "/" + std::to_string(kills + 1), stage = dir.path() + "/stage";
    Machine machine(folder);
    int left = 1 + kills % 5;
    watch_steps([&](const std::string&) {
      if (--left == 0) copy(folder, next);
    });
    machine.locksmith().resume();
    // Whoever asks again is told that the first one goes on.
    const auto rotated = machine.rotate();
    ASSERT_EQ(rotated.status, wire::Status::ok);
    EXPECT_EQ(rotated.reply.resumed, begun) << kills;
    ASSERT_TRUE(machine.settled());
    watch_steps({});
    done = left > 0;
    copy(done ? folder : next, stage);
    ASSERT_EQ(found_in(stage, 2 * kills + 2), "") << "kill " << kills;
    if (done) break;
    std::filesystem::remove_all(folder);
    folder = next;
    Machine after(folder);
    begun = !after.store().sealed_by_first();
    done = after.ring().size() == 2 && !begun;  // the last step of all was before this kill
    EXPECT_LE(after.ring().size(), 2U) << "no kill makes a further key";
    if (begun) {
      EXPECT_EQ(after.retire().status, wire::Status::keys_needed);
    }
  }
  EXPECT_TRUE(done);
  EXPECT_GT(kills, 8);
}

}  // namespace
}  // namespace umbra::test
