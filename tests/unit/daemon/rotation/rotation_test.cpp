// key list, rotate and retire as an administrator has them.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>

#include "tests/unit/daemon/rotation/machine.hpp"

namespace umbra::test {
namespace {

using wire::Status;

struct Shown {
  std::string id;
  std::uint64_t records = 0, trail = 0;
  bool operator==(const Shown&) const = default;
};

class Rotation : public testing::Test {
 protected:
  void SetUp() override { prepare(folder_.path()); }
  void TearDown() override { unsetenv("CREDENTIALS_DIRECTORY"); }

  static std::vector<Shown> keys(Machine& machine) {
    const auto answered = machine.keys();
    EXPECT_EQ(answered.status, Status::ok);
    std::vector<Shown> shown;
    Reader items(answered.reply.items);
    for (unsigned i = 0; i < answered.reply.count; ++i) {
      wire::KeyEntry entry;
      wire::KeyEntry::fields(items, entry);
      shown.push_back({std::string(entry.id), entry.records, entry.trail});
    }
    EXPECT_TRUE(items.ok() && items.at_end());
    return shown;
  }
  // A record, sealed by an old key: as from another daemon's backup.
  static void put_under_old_key(Machine& machine, const std::string& old, const std::string& ring) {
    machine.ring().replace(std::move(*KeyRing::parse(old)));
    machine.enrol(1, 9000);
    machine.ring().replace(std::move(*KeyRing::parse(ring)));
  }
  [[nodiscard]] std::string file() const { return folder_.path() + "/keyring"; }

  TempDir folder_{folder_in_memory()};
};

TEST_F(Rotation, SealsEverythingByANewKeyAndRetiresTheOld) {
  Machine machine(folder_.path());
  machine.enrol(100);
  machine.audit().write({"verify", "user1", "sshd", "", true, wire::Reason::unspecified});
  const auto before = keys(machine);
  ASSERT_EQ(before.size(), 1U);
  EXPECT_EQ(before[0].records, 100U) << "decoys are nobody";
  EXPECT_EQ(before[0].trail, 1U);
  const auto rotated = machine.rotate();
  ASSERT_EQ(rotated.status, Status::ok);
  EXPECT_FALSE(rotated.reply.resumed);
  ASSERT_TRUE(machine.settled());
  const auto after = keys(machine);
  ASSERT_EQ(after.size(), 2U);
  EXPECT_EQ(after[0], (Shown{std::string(rotated.reply.id), 100, 2})) << "the rotation itself is in the trail";
  EXPECT_EQ(after[1], (Shown{before[0].id, 0, 0}));
  EXPECT_EQ(machine.refused(100, 1), 0U);
  const auto retired = machine.retire();
  ASSERT_EQ(retired.status, Status::ok);
  EXPECT_EQ(retired.reply.retired, 1);
  EXPECT_EQ(machine.refused(100, 3), 0U);
  EXPECT_EQ(keys(machine).size(), 1U);
  EXPECT_EQ(machine.retire().reply.retired, 0) << "one key is never retired";
}

TEST_F(Rotation, ChangesNothingThatARecordSays) {
  Record whole = full_record();
  whole.user = "user7";
  whole.epoch = 0;  // the database's own
  {
    Machine machine(folder_.path());
    Change batch[] = {{"user7",
                       [&](std::optional<Record>& record) {
                         record = whole;
                         return true;
                       },
                       std::nullopt}};
    ASSERT_TRUE(machine.store().apply(batch));
    machine.rotate();
    ASSERT_TRUE(machine.settled());
    ASSERT_EQ(machine.retire().status, Status::ok);
  }
  Machine machine(folder_.path());
  EXPECT_EQ(encoded(machine.store().read("user7").value().value()), encoded(whole));
}

TEST_F(Rotation, RetireRefusesWhileARecordNeedsTheKey) {
  Machine machine(folder_.path());
  machine.enrol(10);
  machine.rotate();
  ASSERT_TRUE(machine.settled());
  put_under_old_key(machine, kRingText, read_file(file()));
  EXPECT_EQ(machine.ring().size(), 2U);
  EXPECT_EQ(machine.retire().status, Status::keys_needed);
  EXPECT_EQ(load(file())->size(), 2U) << "the file keeps it too";
  EXPECT_TRUE(machine.store().read(user_name(9000)).value().has_value());
}

TEST_F(Rotation, RetireRefusesWhileTheTrailNeedsTheKey) {
  Machine machine(folder_.path());
  machine.enrol(1);
  machine.rotate();
  ASSERT_TRUE(machine.settled());
  const std::string ring = read_file(file());
  machine.ring().replace(std::move(*KeyRing::parse(kRingText)));
  machine.audit().write({"verify", "user1", "sshd", "", true, wire::Reason::unspecified});
  machine.audit().flush();
  machine.ring().replace(std::move(*KeyRing::parse(ring)));
  EXPECT_EQ(machine.retire().status, Status::keys_needed);
}

// The state of a machine that went down in a rotation, or whose administrator put a key in front by hand.
TEST_F(Rotation, AStartWithANewFirstKeyGoesOnByItself) {
  {
    Machine machine(folder_.path());
    machine.enrol(50);
  }
  std::ofstream(file()) << kOtherRingText << kRingText;
  Machine machine(folder_.path());
  EXPECT_FALSE(machine.store().sealed_by_first());
  EXPECT_EQ(machine.retire().status, Status::keys_needed);
  EXPECT_FALSE(machine.keys().reply.settled);
  machine.locksmith().resume();
  ASSERT_TRUE(machine.settled());
  EXPECT_EQ(keys(machine)[0].records, 50U);
  EXPECT_EQ(machine.retire().status, Status::ok);
  EXPECT_EQ(read_file(file()), kOtherRingText);
}

TEST_F(Rotation, ARingThatWasChangedIsNotWrittenOver) {
  Machine machine(folder_.path());
  machine.enrol(1);
  std::ofstream(file()) << kOtherRingText << kRingText;
  EXPECT_EQ(machine.rotate().status, Status::keys_changed);
  EXPECT_EQ(read_file(file()), kOtherRingText + kRingText);
  EXPECT_TRUE(machine.store().sealed_by_first());
  std::filesystem::remove(file());
  EXPECT_EQ(machine.rotate().status, Status::keys_changed);
}

TEST_F(Rotation, ACredentialIsNotWritten) {
  Machine machine(folder_.path());
  machine.enrol(1);
  setenv("CREDENTIALS_DIRECTORY", folder_.path().c_str(), 1);
  EXPECT_EQ(machine.rotate().status, Status::keys_read_only);
  EXPECT_EQ(read_file(file()), kRingText);
  EXPECT_TRUE(machine.store().sealed_by_first());
}

TEST_F(Rotation, ARecordThatNobodyOpensHoldsNoKeyUp) {
  Machine machine(folder_.path());
  machine.enrol(10);
  {
    lmdb::Transaction txn(machine.store().environment(), lmdb::Transaction::Mode::write);
    const lmdb::Database users(txn, "users");
    // A token that the key opens, under another user's name.
    const std::string moved = load(file())->seal(Bytes(encoded(enrolled("user1", 1))), kNow);
    users.put(txn, "user5000", moved);
    users.put(txn, "user5001", "nonsense");
    txn.commit();
  }
  EXPECT_EQ(machine.keys().reply.unreadable, 2U);
  machine.rotate();
  ASSERT_TRUE(machine.settled());
  EXPECT_EQ(machine.retire().status, Status::ok);
}

// A second rotation that comes while the thread of the first one ends must not be forgotten.
TEST_F(Rotation, OneBehindTheOther) {
  Machine machine(folder_.path());
  machine.enrol(3);
  for (int i = 0; i < 60; ++i) {
    const auto rotated = machine.rotate();
    ASSERT_EQ(rotated.status, Status::ok);
    EXPECT_FALSE(rotated.reply.resumed);
    ASSERT_TRUE(machine.settled()) << i;
    ASSERT_EQ(machine.retire().status, Status::ok) << i;
  }
  EXPECT_EQ(machine.refused(3, 1), 0U);
}

TEST_F(Rotation, LoginsBesideItAreAllAccepted) {
  Machine machine(folder_.path(), {4, 1, std::chrono::milliseconds(1), std::chrono::milliseconds(1)});
  machine.enrol(400);
  machine.rotate();
  int step = 1;
  while (!machine.rotation().reply.settled) {
    ASSERT_EQ(machine.refused(400, step), 0U);
    step += 2;
  }
  EXPECT_GT(step, 3) << "logins ran beside it";
  EXPECT_EQ(machine.refused(400, step), 0U);
  EXPECT_EQ(machine.retire().status, Status::ok);
}

TEST_F(Rotation, AnOpenChallengeStaysGood) {
  Machine machine(folder_.path());
  machine.enrol(1);
  const std::string token = machine.ring().seal(Bytes(encoded(enrolled())), kNow);
  machine.rotate();
  std::array<std::uint8_t, kMaxRecordSize> out;
  EXPECT_TRUE(machine.ring().open(token, 300, kNow, out).has_value());
  ASSERT_TRUE(machine.settled());
  EXPECT_TRUE(machine.ring().open(token, 300, kNow, out).has_value());
}

TEST_F(Rotation, ARingThatLacksAKeyIsToldFromAWrongOne) {
  {
    Machine machine(folder_.path());
    machine.enrol(10);
    ASSERT_TRUE(machine.store().begin_reseal(*KeyRing::parse(kOtherRingText + kRingText)));
  }
  const auto start = [&](const std::string& ring) -> std::string {
    std::ofstream(file()) << ring;
    try {
      Machine machine(folder_.path());
      return "";
    } catch (const std::exception& error) {
      return error.what();
    }
  };
  std::string third;
  for (int i = 0; i < 10; ++i) third += "MzMz";
  third += "MzM=\n";
  EXPECT_NE(start(kRingText).find("lacks a key"), std::string::npos);
  EXPECT_NE(start(kOtherRingText).find("lacks a key"), std::string::npos);
  EXPECT_NE(start(third).find("does not open"), std::string::npos);
  EXPECT_EQ(start(kOtherRingText + kRingText), "");
}

}  // namespace
}  // namespace umbra::test
