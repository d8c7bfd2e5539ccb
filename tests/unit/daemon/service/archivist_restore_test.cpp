// Restore through the daemon: what it brings back, and what it does not.
#include <gtest/gtest.h>

#include <algorithm>

#include "daemon/service/archivist.hpp"
#include "tests/support/backups.hpp"

namespace umbra {
namespace {

using test::begin_restore;
using test::enrol_many;
using test::kRoot;
using test::logs_in;
using test::make_backup;
using test::restore_backup;
using test::spend;
using test::WholeDaemon;
using wire::Obstacle;
using wire::Status;

TEST(Restore, ACodeThatWasUsedSinceIsRefused) {
  WholeDaemon daemon;
  daemon.storage().put(test::enrolled());
  const std::string text = make_backup(daemon);
  ASSERT_TRUE(logs_in(daemon, daemon.code()));
  daemon.clock().advance(5);
  ASSERT_EQ(restore_backup(daemon, text).obstacle, Obstacle::none);
  for (const int offset : {-1, 0, 1}) EXPECT_FALSE(logs_in(daemon, daemon.code(offset))) << offset;
  EXPECT_EQ(daemon.storage().get("alice").lockout.recent_count, 0U) << "a replay is not charged";
  daemon.clock().advance(60);
  EXPECT_TRUE(logs_in(daemon, daemon.code()));
}

TEST(Restore, ABackupCodeThatWasUsedSinceIsRefused) {
  WholeDaemon daemon;
  Record alice = test::enrolled();
  const auto codes = daemon.give_backup_codes(alice);
  daemon.storage().put(alice);
  const std::string text = make_backup(daemon);
  ASSERT_TRUE(logs_in(daemon, codes[0]));
  const auto restored = restore_backup(daemon, text);
  EXPECT_EQ(restored.obstacle, Obstacle::none);
  EXPECT_EQ(restored.codes_dead, 0U);
  EXPECT_FALSE(logs_in(daemon, codes[0]));
  EXPECT_TRUE(logs_in(daemon, codes[1]));
}

TEST(Restore, WithoutAPresentRecordBackupCodesDieUnlessRootKeepsThem) {
  WholeDaemon daemon;
  Record alice = test::enrolled();
  const auto codes = daemon.give_backup_codes(alice);
  daemon.storage().put(alice);
  const std::string text = make_backup(daemon);
  WholeDaemon other;
  EXPECT_EQ(restore_backup(other, text).codes_dead, 1U);
  EXPECT_FALSE(logs_in(other, codes[0]));
  WholeDaemon third;
  EXPECT_EQ(restore_backup(third, text, true).codes_dead, 0U);
  EXPECT_TRUE(logs_in(third, codes[0]));
}

TEST(Restore, TellsWhoIsNotInTheBackup) {
  WholeDaemon daemon;
  enrol_many(daemon, 3);
  const std::string text = make_backup(daemon);
  ASSERT_EQ(daemon.send<wire::Nothing>(kRoot, wire::Remove{test::user_of(1)}).status, Status::ok);
  daemon.storage().put(test::enrolled("zoe", 3000));
  const auto restored = restore_backup(daemon, text);
  EXPECT_EQ(restored.gone, 1U);
  EXPECT_EQ(restored.users, 3U);
  EXPECT_EQ(test::walk(daemon.storage().store()),
            (std::vector<std::string>{test::user_of(0), test::user_of(1), test::user_of(2)}));
}

// Between what was put aside and the moment that it counts people go on logging in.
TEST(Restore, WhatChangesMeanwhileIsNotForgotten) {
  WholeDaemon daemon;
  Record alice = test::enrolled();
  const auto codes = daemon.give_backup_codes(alice);
  daemon.storage().put(alice);
  enrol_many(daemon, 1100);  // so that alice is put aside before the last line comes
  const std::string text = make_backup(daemon);
  const std::uint64_t id = begin_restore(daemon);
  ASSERT_EQ(test::send_lines(daemon, id, text).obstacle, Obstacle::none);
  ASSERT_TRUE(logs_in(daemon, codes[0]));
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(logs_in(daemon, daemon.wrong()));
  ASSERT_EQ(test::end_restore(daemon, id).obstacle, Obstacle::none);
  const Record now = daemon.storage().get("alice");
  EXPECT_NE(now.backup.codes[0].used_at, 0);
  EXPECT_NE(now.lockout.locked_until, 0);
}

TEST(Restore, SurvivesTheNextStartAndAnother) {
  WholeDaemon daemon;
  enrol_many(daemon, 5);
  const std::string text = make_backup(daemon);
  for (int i = 1; i <= 3; ++i) {
    ASSERT_EQ(restore_backup(daemon, text).obstacle, Obstacle::none);
    spend(daemon, test::user_of(2), 2'000'000'000U + static_cast<unsigned>(i));
    test::Storage::Machine next(daemon.storage(), {});
    ASSERT_FALSE(next.error) << *next.error;
    EXPECT_EQ(test::walk(*next.store).size(), 5U);
    EXPECT_EQ(next.store->read(test::user_of(2)).value().value().window.highest,
              2'000'000'000U + static_cast<unsigned>(i));
    EXPECT_EQ(next.store->epoch().generation, static_cast<unsigned>(i));
  }
}

TEST(Restore, OneAtATimeAndNotForEver) {
  WholeDaemon daemon;
  enrol_many(daemon, 3);
  const std::string text = make_backup(daemon);
  const std::uint64_t id = begin_restore(daemon);
  ASSERT_EQ(test::send_lines(daemon, id, text).obstacle, Obstacle::none);
  const auto again = daemon.send<wire::BackupBegun>(kRoot, wire::Restore{});
  EXPECT_EQ(test::obstacle(again.reply.obstacle), Obstacle::busy);
  EXPECT_EQ(test::end_restore(daemon, id + 1).obstacle, Obstacle::expired);
  daemon.clock().advance(Archivist::kIdle + 1);
  daemon.archivist().sweep();
  EXPECT_EQ(test::end_restore(daemon, id).obstacle, Obstacle::expired);
  EXPECT_EQ(daemon.storage().store().epoch().generation, 0U);
  EXPECT_EQ(restore_backup(daemon, text).obstacle, Obstacle::none);
}

TEST(Restore, AnAnswerThatWasNotHeardIsTheSameAgain) {
  WholeDaemon daemon;
  enrol_many(daemon, 3);
  const std::string text = make_backup(daemon);
  const std::uint64_t id = begin_restore(daemon);
  for (int i = 0; i < 2; ++i) {
    const auto page = daemon.send<wire::RestorePageReply>(kRoot, wire::RestorePage{id, 1, test::bytes(text)});
    EXPECT_EQ(page.reply.obstacle, 0U) << i;
    EXPECT_EQ(page.reply.users, 3U) << i;
  }
  EXPECT_EQ(test::end_restore(daemon, id).users, 3U);
  EXPECT_EQ(test::end_restore(daemon, id).users, 3U);
  EXPECT_EQ(daemon.storage().store().epoch().generation, 1U) << "done once";
}

TEST(Restore, OfAnOlderKeyIsSealedByTheFirstOne) {
  WholeDaemon daemon;
  enrol_many(daemon, 3);
  const std::string text = make_backup(daemon);
  daemon.key_ring().replace(std::move(*KeyRing::parse(test::kOtherRingText)));
  EXPECT_EQ(restore_backup(daemon, text).obstacle, Obstacle::foreign_ring);
  daemon.key_ring().replace(std::move(*KeyRing::parse(test::kOtherRingText + test::kRingText)));
  ASSERT_EQ(restore_backup(daemon, text).obstacle, Obstacle::none);
  daemon.key_ring().replace(std::move(*KeyRing::parse(test::kOtherRingText)));
  EXPECT_EQ(test::walk(daemon.storage().store()),
            (std::vector<std::string>{test::user_of(0), test::user_of(1), test::user_of(2)}));
}

TEST(Restore, ANewFirstKeyMeanwhileEndsIt) {
  WholeDaemon daemon;
  enrol_many(daemon, 3);
  const std::string text = make_backup(daemon);
  const std::uint64_t id = begin_restore(daemon);
  ASSERT_EQ(test::send_lines(daemon, id, text).obstacle, Obstacle::none);
  daemon.key_ring().replace(std::move(*KeyRing::parse(test::kOtherRingText + test::kRingText)));
  EXPECT_EQ(test::end_restore(daemon, id).obstacle, Obstacle::ring_changed);
  EXPECT_EQ(daemon.storage().store().epoch().generation, 0U);
}

TEST(Restore, OfAYoungerDatabaseMovesTheEpochBehindBoth) {
  WholeDaemon daemon;
  enrol_many(daemon, 1);
  for (int i = 0; i < 4; ++i) restore_backup(daemon, make_backup(daemon));
  WholeDaemon other;
  ASSERT_EQ(restore_backup(other, make_backup(daemon)).obstacle, Obstacle::none);
  EXPECT_EQ(other.storage().store().epoch().generation, 5U);
}

}  // namespace
}  // namespace umbra
