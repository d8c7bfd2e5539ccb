// The list of a user's devices: names, room, what is added, replaced and taken away.
#include <gtest/gtest.h>

#include <string>

#include "daemon/rules/devices.hpp"
#include "tests/support/login.hpp"

namespace umbra {
namespace {

using test::Login;
using wire::Reason;

constexpr ReplayWindow kFresh{5'000, 1};

struct Owner : Login {
  Owner() {
    for (const char* name : {"tablet", "laptop"}) test::add_device(record, name);
  }
  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (std::size_t place = 0; place < device_count(record); ++place)
      names.emplace_back(device_at(record, place).name);
    return names;
  }
  void make_pending(std::string name) {
    record.pending = test::credential(wire::Algorithm::sha1, 8, 30, "pending");
    record.pending_name = std::move(name);
  }
  void promote(std::uint64_t id = 1) {
    Attempt first = test::attempt("00000000", now + 7, id);
    first.purpose = Purpose::confirm;
    record.acceptances = {{first.id, Purpose::confirm, 5'000, first.wall, 0, 0}};
    promote_pending(record, kFresh, first);
  }
};
using Names = std::vector<std::string>;

TEST(DeviceList, NamesThatCannotMeanAnythingElse) {
  for (const char* good : {"a", "7", "Tablet 2", "work-phone", "old.one", "a_b+c", "abcdefghijklmnopqrstuvwxyz012345"})
    EXPECT_TRUE(plausible_device_name(good)) << good;
  for (const char* bad : {"", " a", "a ", "-a", "a-", ".", "..", "a/b", "a\\b", "a\nb", "a\x1b[2J", "t\xC3\xA9l",
                          "a\"b", "abcdefghijklmnopqrstuvwxyz0123456", "a\tb", "$(a)"})
    EXPECT_FALSE(plausible_device_name(bad)) << bad;
  EXPECT_FALSE(plausible_device_name(std::string_view("a\0b", 3)));
}

TEST(DeviceList, TheUnnamedOneHasAName) {
  Owner owner;
  EXPECT_EQ(owner.names(), (Names{"first", "tablet", "laptop"}));
  EXPECT_EQ(find_device(owner.record, "first"), 0U);
  EXPECT_EQ(find_device(owner.record, "laptop"), 2U);
  for (const char* other : {"", "Tablet", "tablet ", "watch"}) EXPECT_FALSE(find_device(owner.record, other)) << other;
  EXPECT_EQ(device_count(Record{}), 0U);
  EXPECT_FALSE(find_device(Record{}, "first"));
}

TEST(DeviceList, FourHaveRoomAndAFifthReplacesOneOfThem) {
  Owner owner;
  EXPECT_TRUE(has_room_for(owner.record, "watch"));
  test::add_device(owner.record, "watch");
  EXPECT_FALSE(has_room_for(owner.record, "fifth"));
  for (const auto& name : owner.names()) EXPECT_TRUE(has_room_for(owner.record, name)) << name;
}

TEST(DeviceList, TheLongestCodeCounts) {
  Owner owner;
  EXPECT_EQ(most_digits(owner.record), 6);
  owner.record.more[1].credential.digits = 8;
  EXPECT_EQ(most_digits(owner.record), 8);
}

TEST(DeviceList, AnAddedOneStandsBehindTheOthersAndTakesNothingAway) {
  Owner owner;
  owner.give_backup_codes();
  owner.make_pending("watch");
  owner.promote();
  EXPECT_EQ(owner.names(), (Names{"first", "tablet", "laptop", "watch"}));
  EXPECT_EQ(owner.record.more[2].window, kFresh);
  EXPECT_EQ(owner.record.more[2].added_at, owner.now + 7);
  EXPECT_EQ(owner.record.more[2].credential.digits, 8);
  EXPECT_EQ(owner.record.generation, 1U) << "what was begun before goes on";
  EXPECT_EQ(owner.record.backup.remaining(), 10U);
  EXPECT_EQ(owner.record.acceptances[0].device, 3);
  EXPECT_FALSE(owner.record.pending);
  EXPECT_EQ(owner.record.pending_name, "");
  EXPECT_TRUE(owner.accepts(owner.code()));
}

TEST(DeviceList, TheSameNameIsReplacedInItsPlace) {
  Owner owner;
  owner.give_backup_codes();
  owner.record.more[0].window.spend(7);
  owner.make_pending("tablet");
  owner.promote();
  EXPECT_EQ(owner.names(), (Names{"first", "tablet", "laptop"}));
  EXPECT_EQ(owner.record.more[0].credential.digits, 8);
  EXPECT_EQ(owner.record.more[0].window, kFresh) << "a window of its own";
  EXPECT_EQ(owner.record.generation, 2U);
  EXPECT_EQ(owner.record.backup.remaining(), 10U);
  EXPECT_EQ(owner.record.acceptances[0].device, 1);
}

TEST(DeviceList, WithoutANameTheFirstIsReplacedAndKeepsItsName) {
  for (const char* name : {"", "phone"}) {
    Owner owner;
    owner.give_backup_codes();
    owner.record.name = name;
    owner.make_pending("");
    owner.record.pending_backup.codes.resize(3);
    owner.promote();
    EXPECT_EQ(owner.names(), (Names{*name == 0 ? "first" : name, "tablet", "laptop"}));
    EXPECT_EQ(owner.record.active->digits, 8);
    EXPECT_EQ(owner.record.window, kFresh);
    EXPECT_EQ(owner.record.generation, 2U);
    EXPECT_EQ(owner.record.backup.codes.size(), 3U) << "setup brings backup codes";
    EXPECT_EQ(owner.record.enrolled_at, owner.now + 7);
  }
}

TEST(DeviceList, TheFirstOneByItsNameLeavesTheBackupCodes) {
  Owner owner;
  owner.give_backup_codes();
  owner.make_pending("first");
  EXPECT_EQ(pending_device(owner.record), "first");
  owner.promote();
  EXPECT_EQ(owner.names(), (Names{"first", "tablet", "laptop"}));
  EXPECT_EQ(owner.record.active->digits, 8);
  EXPECT_EQ(owner.record.backup.remaining(), 10U);
}

TEST(DeviceList, WhoHasNoneGetsHisFirstWithItsNameAndCodes) {
  Owner owner;
  forget_factor(owner.record);
  owner.make_pending("watch");
  owner.record.pending_backup.codes.resize(3);
  EXPECT_EQ(pending_device(owner.record), "watch");
  owner.promote();
  EXPECT_EQ(owner.names(), (Names{"watch"}));
  EXPECT_EQ(owner.record.backup.codes.size(), 3U);
}

TEST(DeviceList, OneGoesAloneAndTheOthersStay) {
  Owner owner;
  owner.give_backup_codes();
  owner.record.more[1].window.spend(9);
  const std::string tablet = test::code_text(owner.record.more[0].credential, owner.now);
  const std::string laptop = test::code_text(owner.record.more[1].credential, owner.now);
  ASSERT_TRUE(remove_device(owner.record, "tablet"));
  EXPECT_EQ(owner.names(), (Names{"first", "laptop"}));
  EXPECT_EQ(owner.record.generation, 2U) << "what was begun before is worth nothing";
  EXPECT_EQ(owner.record.backup.remaining(), 10U);
  EXPECT_EQ(owner.refusal(tablet), Reason::wrong_code);
  EXPECT_TRUE(owner.accepts(laptop));
  EXPECT_TRUE(owner.accepts(owner.code()));
  EXPECT_FALSE(remove_device(owner.record, "tablet"));
}

TEST(DeviceList, BehindTheFirstTheSecondTakesItsPlaceWithItsWindow) {
  Owner owner;
  const std::string first = owner.code();
  const std::string tablet = test::code_text(owner.record.more[0].credential, owner.now);
  ASSERT_TRUE(owner.accepts(tablet));
  ASSERT_TRUE(remove_device(owner.record, "first"));
  EXPECT_EQ(owner.names(), (Names{"tablet", "laptop"}));
  EXPECT_EQ(owner.record.enrolled_at, test::kNow);
  EXPECT_EQ(owner.refusal(tablet), Reason::replayed) << "spent stays spent";
  EXPECT_EQ(owner.refusal(first), Reason::wrong_code);
}

TEST(DeviceList, WithTheLastOneTheFactorGoes) {
  Owner owner;
  owner.give_backup_codes();
  owner.give_bypass();
  owner.record.enforced = true;
  owner.type(owner.wrong());
  for (const char* name : {"laptop", "first", "tablet"}) ASSERT_TRUE(remove_device(owner.record, name)) << name;
  EXPECT_FALSE(owner.record.active || owner.record.bypass);
  EXPECT_TRUE(owner.record.more.empty() && owner.record.backup.codes.empty() && owner.record.name.empty());
  EXPECT_TRUE(owner.record.enforced);
  EXPECT_EQ(owner.failures(), 1U);
}

// It may be meant for the place that another one has now.
TEST(DeviceList, WhatWaitsGoesWithTheOneThatIsRemoved) {
  Owner owner;
  owner.make_pending("");
  ASSERT_TRUE(remove_device(owner.record, "first"));
  EXPECT_FALSE(owner.record.pending);
}

TEST(DeviceList, AcceptancesFollowTheirDevices) {
  Owner owner;
  const std::string laptop = test::code_text(owner.record.more[1].credential, owner.now);
  const std::string tablet = test::code_text(owner.record.more[0].credential, owner.now);
  ASSERT_EQ(owner.judge(test::attempt(laptop, owner.now, 77)).verdict, Verdict::accepted);
  ASSERT_EQ(owner.judge(test::attempt(tablet, owner.now, 78)).verdict, Verdict::accepted);
  ASSERT_TRUE(remove_device(owner.record, "tablet"));
  EXPECT_EQ(owner.judge(test::attempt(laptop, owner.now, 77)).verdict, Verdict::accepted);
  EXPECT_EQ(owner.judge(test::attempt(tablet, owner.now, 78)).reason, Reason::spent_challenge);
}

}  // namespace
}  // namespace umbra
