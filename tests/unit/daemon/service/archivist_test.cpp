// Backup through the daemon: what is in it, and of which moment it is.
#include "daemon/service/archivist.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/backups.hpp"

namespace umbra {
namespace {

using test::begin_backup;
using test::enrol_many;
using test::kAlice;
using test::kRoot;
using test::logs_in;
using test::make_backup;
using test::restore_backup;
using test::spend;
using test::WholeDaemon;
using wire::Obstacle;
using wire::Status;

TEST(Backup, IsLinesThatSayWhatTheyAre) {
  WholeDaemon daemon;
  daemon.storage().put(test::enrolled("alice", 1000));
  daemon.storage().put(test::enrolled("bob", 1001));
  const std::string text = make_backup(daemon);
  std::vector<std::string> words;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) words.push_back(line.substr(0, line.find(' ')));
  EXPECT_EQ(words,
            (std::vector<std::string>{"umbra-totp", "made", "epoch", "ring", "users", "check", "user", "user", "end"}));
  EXPECT_TRUE(text.starts_with("umbra-totp backup 1\nmade 1700000010\nepoch "));
  EXPECT_NE(text.find("\nusers 2\n"), std::string::npos);
  EXPECT_EQ(text.find("alice"), std::string::npos) << "names are under the seal";
  EXPECT_EQ(text.find(test::kRingText.substr(0, 44)), std::string::npos) << "no key";
}

TEST(Backup, HasTheKeysOnlyWhereTheyAreAskedFor) {
  WholeDaemon daemon;
  const std::string text = make_backup(daemon, true);
  EXPECT_NE(text.find("\nkey " + test::kRingText), std::string::npos);
  EXPECT_EQ(restore_backup(daemon, text).obstacle, Obstacle::none);
  std::ofstream(daemon.ring_file()) << test::kOtherRingText;
  const auto begun = daemon.send<wire::BackupBegun>(kRoot, wire::BackupBegin{true});
  EXPECT_EQ(test::obstacle(begun.reply.obstacle), Obstacle::ring_unreadable);
}

TEST(Backup, IsOneMomentWhateverChangesMeanwhile) {
  WholeDaemon daemon;
  enrol_many(daemon, 100);
  const std::uint64_t id = begin_backup(daemon);
  const auto first = daemon.send<wire::BackupPageReply>(kRoot, wire::BackupPage{id, 1});
  std::string text(test::text(first.reply.lines));
  ASSERT_TRUE(first.reply.more);
  for (const unsigned n : {0U, 50U, 99U}) spend(daemon, test::user_of(n), 1'000'000'000);
  ASSERT_TRUE(daemon.storage().store().checkpoint());
  daemon.storage().put(test::enrolled("user999", 4000));
  text += test::rest_of_backup(daemon, id, 1);
  WholeDaemon other;
  const auto restored = restore_backup(other, text);
  EXPECT_EQ(restored.obstacle, Obstacle::none);
  EXPECT_EQ(restored.users, 100U);
  for (const unsigned n : {0U, 50U, 99U})
    EXPECT_LT(other.storage().get(test::user_of(n)).window.highest, 1'000'000'000U) << n;
}

TEST(Backup, HasWhatWasAnsweredBeforeItBegan) {
  WholeDaemon daemon;
  daemon.storage().put(test::enrolled());
  ASSERT_TRUE(logs_in(daemon, daemon.code()));
  const std::string text = make_backup(daemon);
  WholeDaemon other;
  other.clock().advance(-10'000'000);  // so that the floor burns nothing of it
  ASSERT_EQ(restore_backup(other, text).obstacle, Obstacle::none);
  EXPECT_EQ(other.storage().get("alice").window.highest, time_step(test::kNow, 30));
}

TEST(Backup, LeavesOutWhatDoesNotOpen) {
  WholeDaemon daemon;
  enrol_many(daemon, 3);
  ASSERT_TRUE(daemon.storage().store().checkpoint());
  {
    lmdb::Transaction txn(daemon.storage().store().environment(), lmdb::Transaction::Mode::write);
    lmdb::Database(txn, "users").put(txn, test::user_of(1), "nonsense");
    txn.commit();
  }
  const std::uint64_t id = begin_backup(daemon);
  const auto page = daemon.send<wire::BackupPageReply>(kRoot, wire::BackupPage{id, 1});
  EXPECT_EQ(page.reply.users, 2U);
  EXPECT_EQ(page.reply.unreadable, 1U);
  EXPECT_EQ(restore_backup(daemon, test::text(page.reply.lines)).users, 2U);
}

TEST(Backup, OneAtATimeAndNotForEver) {
  WholeDaemon daemon;
  enrol_many(daemon, 100);
  const std::uint64_t id = begin_backup(daemon);
  const auto again = daemon.send<wire::BackupBegun>(kRoot, wire::BackupBegin{});
  EXPECT_EQ(test::obstacle(again.reply.obstacle), Obstacle::busy);
  const auto ask = [&](std::uint64_t number) {
    return test::obstacle(daemon.send<wire::BackupPageReply>(kRoot, wire::BackupPage{id, number}).reply.obstacle);
  };
  EXPECT_EQ(ask(0), Obstacle::expired);
  EXPECT_EQ(ask(2), Obstacle::expired);
  EXPECT_EQ(ask(1), Obstacle::none);
  daemon.clock().advance(Archivist::kIdle);
  EXPECT_EQ(ask(2), Obstacle::none);
  daemon.clock().advance(Archivist::kIdle + 1);
  daemon.archivist().sweep();
  EXPECT_EQ(ask(3), Obstacle::expired);
  EXPECT_NO_THROW(make_backup(daemon));
  const std::uint64_t longest = begin_backup(daemon);
  for (std::int64_t passed = 0; passed <= Archivist::kLongest; passed += Archivist::kIdle) {
    daemon.send<wire::BackupPageReply>(kRoot, wire::BackupPage{longest, 1});
    daemon.clock().advance(Archivist::kIdle);
  }
  const auto late = daemon.send<wire::BackupPageReply>(kRoot, wire::BackupPage{longest, 1});
  EXPECT_EQ(test::obstacle(late.reply.obstacle), Obstacle::expired) << "LMDB keeps every page that it sees";
}

TEST(Backup, AKeyThatIsRetiredMeanwhileEndsIt) {
  WholeDaemon daemon;
  enrol_many(daemon, 100);
  const std::uint64_t id = begin_backup(daemon);
  daemon.send<wire::BackupPageReply>(kRoot, wire::BackupPage{id, 1});
  daemon.key_ring().replace(std::move(*KeyRing::parse(test::kOtherRingText + test::kRingText)));
  const auto page = daemon.send<wire::BackupPageReply>(kRoot, wire::BackupPage{id, 2});
  EXPECT_EQ(page.reply.obstacle, 0U) << "a new key beside the old one is no harm";
  daemon.key_ring().replace(std::move(*KeyRing::parse(test::kOtherRingText)));
  const auto retired = daemon.send<wire::BackupPageReply>(kRoot, wire::BackupPage{id, 3});
  EXPECT_EQ(test::obstacle(retired.reply.obstacle), Obstacle::ring_changed);
}

TEST(Backup, APageThatWasNotHeardIsTheSameAgain) {
  WholeDaemon daemon;
  enrol_many(daemon, 100);
  const std::uint64_t id = begin_backup(daemon);
  for (std::uint64_t number = 1; number < 20; ++number) {
    const auto page = daemon.send<wire::BackupPageReply>(kRoot, wire::BackupPage{id, number});
    const auto again = daemon.send<wire::BackupPageReply>(kRoot, wire::BackupPage{id, number});
    ASSERT_EQ(test::text(page.reply.lines), test::text(again.reply.lines));
    ASSERT_EQ(again.reply.more, page.reply.more);
    if (!page.reply.more) return;
  }
  FAIL() << "it never ended";
}

TEST(Archivist, IsRootsAlone) {
  WholeDaemon daemon;
  for (const Peer& peer : {kAlice, test::kBob}) {
    EXPECT_EQ(daemon.send<wire::BackupBegun>(peer, wire::BackupBegin{}).status, Status::not_permitted);
    EXPECT_EQ(daemon.send<wire::BackupPageReply>(peer, wire::BackupPage{}).status, Status::not_permitted);
    EXPECT_EQ(daemon.send<wire::BackupBegun>(peer, wire::Restore{}).status, Status::not_permitted);
    EXPECT_EQ(daemon.send<wire::RestorePageReply>(peer, wire::RestorePage{}).status, Status::not_permitted);
    EXPECT_EQ(daemon.send<wire::RestoreEndReply>(peer, wire::RestoreEnd{}).status, Status::not_permitted);
    EXPECT_EQ(daemon.send<wire::InspectReply>(peer, wire::Inspect{}).status, Status::not_permitted);
  }
}

TEST(Archivist, SaysInTheTrailWhatWasDone) {
  WholeDaemon daemon;
  const std::string text = make_backup(daemon);
  make_backup(daemon, true);
  restore_backup(daemon, text);
  restore_backup(daemon, text.substr(0, text.size() - 1));
  restore_backup(daemon, "nonsense\n");
  daemon.send<wire::InspectReply>(kRoot, wire::Inspect{});
  EXPECT_EQ(daemon.audited(6), (std::vector<std::string>{
                                   "backup  umbra-totp  accepted ",
                                   "backup-with-keys  umbra-totp  accepted ",
                                   "db-check  umbra-totp  accepted ",
                                   "restore  umbra-totp  accepted ",
                                   "restore  umbra-totp  refused ",
                                   "restore  umbra-totp  refused ",
                               }));
}

}  // namespace
}  // namespace umbra
