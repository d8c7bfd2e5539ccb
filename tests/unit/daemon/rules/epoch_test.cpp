// What an older record may bring back: nothing that was spent since.
#include "daemon/rules/epoch.hpp"

#include <gtest/gtest.h>

#include "tests/support/lockout_user.hpp"
#include "tests/support/login.hpp"

namespace umbra {
namespace {

using test::code_text;
using test::kNow;

Epoch epoch(std::uint64_t generation, std::uint64_t codes_from = 0, std::uint8_t window = 1) {
  return {generation, kNow, window, codes_from};
}

TEST(CatchUp, BurnsEveryStepUpToTheFloorAndItsWindow) {
  for (const std::uint8_t window : {std::uint8_t{0}, std::uint8_t{1}, std::uint8_t{10}}) {
    test::Login login;
    login.rules.window = window;
    catch_up(login.record, epoch(1, 0, window));
    for (int offset = -window; offset <= window; ++offset)
      EXPECT_FALSE(login.accepts(login.code(offset))) << window << " " << offset;
    login.now += 30 * (window + 1);
    EXPECT_TRUE(login.accepts(login.code())) << window << ": the next step counts";
  }
}

TEST(CatchUp, ACredentialsOwnWindowIsBurntForIt) {
  test::Login login;
  login.record.active->window = 4;
  catch_up(login.record, epoch(1));
  const std::uint64_t step = time_step(kNow, 30);
  EXPECT_TRUE(login.record.window.spent(step + 4));
  EXPECT_FALSE(login.record.window.spent(step + 5));
}

TEST(CatchUp, EveryDeviceIsBurnt) {
  Record record = test::enrolled();
  Device& device = record.more.emplace_back();
  device.credential = test::credential(wire::Algorithm::sha256, 8, 60, "another secret");
  catch_up(record, epoch(1));
  const std::uint64_t step = time_step(kNow, 60);
  EXPECT_TRUE(device.window.spent(step + 1));
  EXPECT_FALSE(device.window.spent(step + 2));
}

TEST(CatchUp, WhatWasSpentBeyondTheFloorStaysSpent) {
  Record record = test::enrolled();
  const std::uint64_t step = time_step(kNow, 30);
  record.window.spend(step + 20);
  catch_up(record, epoch(1));
  EXPECT_TRUE(record.window.spent(step + 1));
  EXPECT_FALSE(record.window.spent(step + 2));
  EXPECT_TRUE(record.window.spent(step + 20));
  record.epoch = 0;
  record.window = {};
  record.window.spend(step + 500);  // beyond what the mask can say of both
  catch_up(record, epoch(1));
  EXPECT_TRUE(record.window.spent(step + 1));
}

TEST(CatchUp, WhatWasInFlightIsForgottenAndThePendingCredentialStays) {
  Record record = test::full_record();
  record.epoch = 0;
  const auto before = record;
  catch_up(record, epoch(1));
  EXPECT_TRUE(record.reservations.empty());
  EXPECT_TRUE(record.acceptances.empty());
  EXPECT_FALSE(record.bypass);
  EXPECT_TRUE(record.pending);
  EXPECT_EQ(record.backup.remaining(), before.backup.remaining());
  EXPECT_EQ(record.epoch, 1U);
}

TEST(CatchUp, BackupCodesDieWithTheGenerationsBefore) {
  Record record = test::full_record();
  record.epoch = 4;
  catch_up(record, epoch(6, 4));
  EXPECT_GT(record.backup.remaining(), 0U) << "of the generation itself";
  record.epoch = 3;
  catch_up(record, epoch(6, 4));
  EXPECT_EQ(record.backup.remaining(), 0U);
  EXPECT_EQ(record.pending_backup.remaining(), 0U);
}

TEST(CatchUp, ARecordOfThisGenerationStaysAsItIs) {
  Record record = test::full_record();
  record.epoch = 5;
  const auto before = test::encoded(record);
  catch_up(record, epoch(5, 5));
  EXPECT_EQ(test::encoded(record), before);
}

Record with_codes(std::int64_t made = kNow) {
  test::Login login;
  login.give_backup_codes();
  login.record.backup.created_at = made;
  return login.record;
}

TEST(MergeBack, ACodeThatIsUsedNowIsUsed) {
  Record copy = with_codes(), present = with_codes();
  present.backup.codes[3].used_at = kNow + 5;
  EXPECT_FALSE(merge_back(copy, &present, false, kNow + 9));
  EXPECT_EQ(copy.backup.codes[3].used_at, kNow + 5);
  EXPECT_EQ(copy.backup.remaining(), 9U);
}

TEST(MergeBack, ACodeThatWasUsedThenStaysUsed) {
  Record copy = with_codes(), present = with_codes();
  copy.backup.codes[0].used_at = kNow;
  EXPECT_FALSE(merge_back(copy, &present, true, kNow));
  EXPECT_EQ(copy.backup.codes[0].used_at, kNow);
}

TEST(MergeBack, CodesThatThePresentDoesNotKnowDie) {
  const Record present = with_codes(kNow + 100);
  Record other_set = with_codes();
  EXPECT_TRUE(merge_back(other_set, &present, false, kNow));
  EXPECT_EQ(other_set.backup.remaining(), 0U);
  EXPECT_FALSE(merge_back(other_set, &present, false, kNow)) << "told once";
  Record unknown = with_codes();
  EXPECT_TRUE(merge_back(unknown, nullptr, false, kNow));
  EXPECT_EQ(unknown.backup.remaining(), 0U);
  const Record disabled = test::enrolled();
  Record of_disabled = with_codes();
  EXPECT_TRUE(merge_back(of_disabled, &disabled, false, kNow));
}

TEST(MergeBack, AnAdministratorMayKeepThem) {
  Record copy = with_codes();
  EXPECT_FALSE(merge_back(copy, nullptr, true, kNow));
  EXPECT_EQ(copy.backup.remaining(), 10U);
  Record present = with_codes(kNow + 100);
  present.backup.codes[2].used_at = kNow + 200;  // the same hash: the same code
  EXPECT_FALSE(merge_back(copy, &present, true, kNow));
  EXPECT_EQ(copy.backup.remaining(), 9U);
}

TEST(MergeBack, PendingCodesThatWentLiveAndWereUsedStayUsed) {
  Record present = with_codes();
  present.backup.codes[7].used_at = kNow + 1;
  Record copy = test::enrolled();
  copy.pending = test::credential();
  copy.pending_backup = with_codes().backup;
  merge_back(copy, &present, false, kNow + 2);
  EXPECT_EQ(copy.pending_backup.codes[7].used_at, kNow + 1);
  EXPECT_EQ(copy.pending_backup.remaining(), 9U);
}

TEST(MergeBack, ARestoreDoesNotUnlock) {
  test::User user;
  user.lock();
  Record present = test::enrolled();
  present.lockout = user.state;
  Record copy = test::enrolled();
  merge_back(copy, &present, false, user.now);
  EXPECT_EQ(copy.lockout, present.lockout);
  Record locked = present;  // the copy is locked, the present record not
  const Record open = test::enrolled();
  merge_back(locked, &open, false, user.now);
  EXPECT_EQ(locked.lockout, present.lockout);
}

TEST(MergeBack, WhatIsEnforcedStaysEnforcedAndOpenChallengesEnd) {
  Record present = test::enrolled();
  present.enforced = true;
  present.generation = 9;
  Record copy = test::enrolled();
  merge_back(copy, &present, false, kNow);
  EXPECT_TRUE(copy.enforced);
  EXPECT_EQ(copy.generation, 10U);
}

TEST(MergeBack, StepsBeyondTheFloorThatWereSpentStaySpent) {
  Record present = test::enrolled();
  const std::uint64_t step = time_step(kNow, 30);
  present.window.spend(step + 40);  // the clock was ahead
  Record copy = test::enrolled();
  copy.window.spend(step - 3);
  merge_back(copy, &present, false, kNow);
  EXPECT_TRUE(copy.window.spent(step + 40));
  EXPECT_TRUE(copy.window.spent(step - 3));
  EXPECT_FALSE(copy.window.spent(step - 2));
  // The present device is another one by now: the secret says which is which.
  Record moved = test::enrolled();
  moved.active = test::credential(wire::Algorithm::sha1, 6, 30, "another secret");
  Device& device = moved.more.emplace_back();
  device.credential = test::credential();
  merge_back(moved, &present, false, kNow);
  EXPECT_FALSE(moved.window.spent(step + 40));
  EXPECT_TRUE(device.window.spent(step + 40));
}

TEST(Stricter, KeepsEachFailureOnce) {
  test::User older;
  older.fail(2);
  test::User newer = older;
  newer.now += 60;
  newer.fail(2);
  const LockoutState both = lockout::stricter(older.state, newer.state);
  EXPECT_EQ(both, newer.state);
  EXPECT_EQ(lockout::stricter(newer.state, older.state), newer.state);
}

TEST(Stricter, RecentFailuresCountBesideManyOldOnes) {
  test::User copy;
  copy.fail(4);
  test::User present;
  present.now += test::kDay;
  present.fail(2);
  LockoutState both = lockout::stricter(copy.state, present.state);
  lockout::settle(both, present.policy, present.now);
  EXPECT_EQ(both.recent_count, 2U);
}

TEST(Stricter, TheBudgetIsOfTheSameDays) {
  test::User copy;
  copy.policy.failures = LockoutState::kMaxRecent;
  copy.fail(9);
  test::User present;
  present.policy = copy.policy;
  present.now += 3 * test::kDay;
  present.fail(5);
  const LockoutState both = lockout::stricter(copy.state, present.state);
  EXPECT_EQ(both.budget[0], 5U);
  EXPECT_EQ(both.budget[3], 9U);
  EXPECT_EQ(lockout::budget_used(both), 14U);
}

TEST(ReplayWindow, SpendsAllUpToAStep) {
  ReplayWindow window;
  window.spend_up_to(1000);
  for (std::uint64_t step = 900; step <= 1000; ++step) EXPECT_TRUE(window.spent(step));
  EXPECT_FALSE(window.spent(1001));
  window = {};
  window.spend(1010);
  window.spend_up_to(1000);
  for (std::uint64_t step = 990; step <= 1000; ++step) EXPECT_TRUE(window.spent(step)) << step;
  for (std::uint64_t step = 1001; step < 1010; ++step) EXPECT_FALSE(window.spent(step)) << step;
  EXPECT_TRUE(window.spent(1010));
}

TEST(ReplayWindow, SpendsAllOfAnother) {
  for (const std::uint64_t apart : {std::uint64_t{0}, std::uint64_t{5}, std::uint64_t{63}, std::uint64_t{64}}) {
    ReplayWindow a, b;
    a.spend(1000);
    a.spend(997);
    b.spend(1000 + apart);
    ReplayWindow one = a, other = b;
    one.spend_all_of(b);
    other.spend_all_of(a);
    EXPECT_EQ(one, other) << apart;
    for (const std::uint64_t step : {std::uint64_t{997}, std::uint64_t{1000}, 1000 + apart})
      EXPECT_TRUE(one.spent(step)) << apart;
    EXPECT_FALSE(one.spent(1001 + apart));
  }
  ReplayWindow empty, some;
  some.spend(7);
  empty.spend_all_of(some);
  EXPECT_EQ(empty, some);
  some.spend_all_of({});
  EXPECT_EQ(empty, some);
}

}  // namespace
}  // namespace umbra
