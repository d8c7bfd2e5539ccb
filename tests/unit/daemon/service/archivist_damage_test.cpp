// Files that are no backup, or not what backup wrote: refused whole, and nothing is changed. And db check.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/backups.hpp"

namespace umbra {
namespace {

using test::kRoot;
using test::make_backup;
using test::restore_backup;
using test::Restored;
using test::WholeDaemon;
using wire::Damage;
using wire::Obstacle;

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line + "\n");
  return lines;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line;
  return text;
}

// Lines of a backup, counted from 0.
constexpr std::size_t kTitle = 0, kUsers = 4, kCheck = 5, kFirst = 6, kSecond = 7, kThird = 8, kEnd = 9;

class BadFile : public testing::Test {
 protected:
  BadFile() {
    for (const char* const user : {"ann", "bea", "cid"}) daemon.storage().put(test::enrolled(user));
    text = make_backup(daemon);
    lines = lines_of(text);
    daemon.storage().change("bea", [](std::optional<Record>& record) {
      record->window.spend(1'000'000'000);
      return true;
    });
    before = state();
  }

  std::vector<std::string> state() {
    std::vector<std::string> records = {std::to_string(daemon.storage().store().epoch().generation)};
    const auto walked = daemon.storage().store().walk("", [&](std::string_view user, const Record* record) {
      const auto plain = record != nullptr ? test::encoded(*record) : std::vector<std::uint8_t>{};
      records.push_back(std::string(user).append(plain.begin(), plain.end()));
      return true;
    });
    EXPECT_TRUE(walked.has_value());
    return records;
  }
  // Refused, and nothing was changed.
  Restored refused(const std::string& file) {
    const Restored restored = restore_backup(daemon, file);
    EXPECT_NE(restored.obstacle, Obstacle::none);
    EXPECT_EQ(state(), before);
    return restored;
  }
  Restored refused() { return refused(joined(lines)); }

  WholeDaemon daemon;
  std::string text;
  std::vector<std::string> lines, before;
};

TEST_F(BadFile, TheWholeOneIsRestored) {
  ASSERT_EQ(lines.size(), kEnd + 1);
  EXPECT_EQ(restore_backup(daemon, text).obstacle, Obstacle::none);
  EXPECT_NE(state(), before);
}

TEST_F(BadFile, CutAnywhere) {
  for (std::size_t size = 0; size < text.size(); ++size) {
    const Restored restored = refused(text.substr(0, size));
    ASSERT_EQ(restored.obstacle, Obstacle::incomplete) << size;
    ASSERT_EQ(restored.at, 1U + static_cast<std::size_t>(std::count(text.begin(), text.begin() + long(size), '\n')));
  }
}

TEST_F(BadFile, AByteChangedAnywhere) {
  for (std::size_t at = 0; at < text.size(); ++at)
    for (const int flip : {1, 2, 0x20, 0x80}) {
      std::string other = text;
      other[at] = static_cast<char>(other[at] ^ flip);
      refused(other);
      ASSERT_FALSE(HasFailure()) << at << " " << flip;
    }
}

TEST_F(BadFile, TellsTheLineOfARecordThatDoesNotOpen) {
  lines[kSecond][100] = lines[kSecond][100] == 'A' ? 'B' : 'A';
  const Restored restored = refused();
  EXPECT_EQ(restored.obstacle, Obstacle::record);
  EXPECT_EQ(restored.at, kSecond + 1);
}

TEST_F(BadFile, AHeadIsReadOnlyAsItIsWritten) {
  for (std::size_t at = kTitle + 1; at <= kUsers; ++at) {
    auto spaced = lines;
    spaced[at].insert(spaced[at].size() - 1, 1, ' ');
    const Restored restored = refused(joined(spaced));
    EXPECT_EQ(restored.obstacle, Obstacle::not_a_backup) << spaced[at];
    EXPECT_EQ(restored.at, at + 1);
  }
}

TEST_F(BadFile, RecordsSwappedOrTwice) {
  std::swap(lines[kFirst], lines[kSecond]);
  EXPECT_EQ(refused().obstacle, Obstacle::order);
  lines[kFirst] = lines[kSecond];
  EXPECT_EQ(refused().obstacle, Obstacle::order);
}

TEST_F(BadFile, ALineTakenOutOrPutIn) {
  for (std::size_t at = 0; at < lines.size(); ++at) {
    auto fewer = lines;
    fewer.erase(fewer.begin() + static_cast<long>(at));
    refused(joined(fewer));
    auto more = lines;
    more.insert(more.begin() + static_cast<long>(at), lines[at]);
    refused(joined(more));
    ASSERT_FALSE(HasFailure()) << at;
  }
  refused(text + text);
  refused(text + "\n");
}

TEST_F(BadFile, ARecordOfAnOlderBackup) {
  const auto younger = lines_of(make_backup(daemon));
  lines[kSecond] = younger[kSecond];
  const Restored restored = refused();
  EXPECT_EQ(restored.obstacle, Obstacle::changed);
  lines[kEnd] = younger[kEnd];
  EXPECT_EQ(refused().obstacle, Obstacle::changed) << "its end is for the younger head";
}

TEST_F(BadFile, ARecordOfAStranger) {
  WholeDaemon stranger;
  stranger.storage().put(test::enrolled("dan"));
  const auto others = lines_of(make_backup(stranger));
  lines[kThird] = others[kFirst];  // sealed by the same ring, and in order
  EXPECT_EQ(refused().obstacle, Obstacle::changed);
}

TEST_F(BadFile, WhatIsSealedButNoRecord) {
  for (const std::string& line : {lines[kCheck], lines[kEnd]}) {
    auto other = lines;
    other[kSecond] = "user " + line.substr(line.find(' ') + 1);
    EXPECT_EQ(refused(joined(other)).obstacle, Obstacle::record);
  }
  // A record that stands in for unknown users: no backup has one.
  Record decoy = test::enrolled(std::string(1, '\0') + "decoy3");
  lines[kSecond] = "user " + daemon.key_ring().seal(Bytes(test::encoded(decoy)), test::kNow) + "\n";
  EXPECT_EQ(refused().obstacle, Obstacle::record);
  Record nobody = test::enrolled("");
  lines[kSecond] = "user " + daemon.key_ring().seal(Bytes(test::encoded(nobody)), test::kNow) + "\n";
  EXPECT_EQ(refused().obstacle, Obstacle::record);
}

TEST_F(BadFile, AnotherRing) {
  daemon.key_ring().replace(std::move(*KeyRing::parse(test::kOtherRingText)));
  const Restored restored = restore_backup(daemon, text);
  EXPECT_EQ(restored.obstacle, Obstacle::foreign_ring);
  EXPECT_EQ(restored.at, kCheck + 1);
  daemon.key_ring().replace(std::move(*KeyRing::parse(test::kRingText)));
  EXPECT_EQ(state(), before);
}

TEST_F(BadFile, ARecordUnderAKeyThatIsGone) {
  const std::string both = test::kRingText + test::kOtherRingText;
  daemon.key_ring().replace(std::move(*KeyRing::parse(both)));
  auto mixed = lines_of(make_backup(daemon));
  const KeyRing other = std::move(*KeyRing::parse(test::kOtherRingText));
  mixed[kSecond] = "user " + other.seal(Bytes(test::encoded(test::enrolled("bea"))), test::kNow) + "\n";
  daemon.key_ring().replace(std::move(*KeyRing::parse(test::kRingText)));
  const Restored restored = refused(joined(mixed));
  EXPECT_EQ(restored.obstacle, Obstacle::foreign_ring);
  EXPECT_EQ(restored.at, kSecond + 1);
}

TEST_F(BadFile, ALaterForm) {
  lines[kTitle] = "umbra-totp backup 2\n";
  EXPECT_EQ(refused().obstacle, Obstacle::newer_version);
}

TEST_F(BadFile, MoreRecordsThanItsHeadSays) {
  lines[kUsers] = "users 2\n";
  const Restored restored = refused();
  EXPECT_EQ(restored.obstacle, Obstacle::not_a_backup);
  EXPECT_EQ(restored.at, kThird + 1);
}

TEST_F(BadFile, SomethingElse) {
  for (const std::string& file : {std::string("\n"), std::string("#!/bin/sh\n"), std::string(100'000, 'x'),
                                  std::string(100'000, '\n'), std::string("umbra-totp backup 1\nmade 0x7\n")}) {
    const Restored restored = refused(file);
    EXPECT_TRUE(restored.obstacle == Obstacle::not_a_backup || restored.obstacle == Obstacle::incomplete);
  }
}

std::vector<std::pair<std::string, Damage>> damaged(WholeDaemon& daemon, std::uint64_t& looked_at) {
  std::vector<std::pair<std::string, Damage>> found;
  std::string after;
  looked_at = 0;
  for (bool more = true; more;) {
    const auto answered = daemon.send<wire::InspectReply>(kRoot, wire::Inspect{after});
    const auto& reply = test::said(answered);
    Reader items(reply.items);
    for (unsigned i = 0; i < reply.count; ++i) {
      wire::DamagedRecord record;
      wire::DamagedRecord::fields(items, record);
      found.emplace_back(record.user, static_cast<Damage>(record.damage));
    }
    EXPECT_TRUE(items.ok() && items.at_end());
    more = reply.more;
    after = reply.last;
    looked_at += reply.looked_at;
    EXPECT_EQ(reply.total, daemon.storage().store().records());
  }
  return found;
}

TEST(Inspect, NamesEveryRecordThatIsNotSound) {
  WholeDaemon daemon;
  for (unsigned n = 0; n < 2500; ++n) daemon.storage().put(test::enrolled("user" + std::to_string(10'000 + n)));
  std::uint64_t looked_at = 0;
  EXPECT_TRUE(damaged(daemon, looked_at).empty());
  EXPECT_EQ(looked_at, 2500 + kDecoys);
  {
    lmdb::Transaction txn(daemon.storage().store().environment(), lmdb::Transaction::Mode::write);
    const lmdb::Database users(txn, "users");
    std::string flipped(*users.get(txn, "user10001"));
    flipped[200] = flipped[200] == 'A' ? 'B' : 'A';
    users.put(txn, "user10001", flipped);
    users.put(txn, "user11500", std::string(*users.get(txn, "user11501")));
    users.put(txn, "user12499", daemon.key_ring().seal(test::bytes("no record"), test::kNow));
    users.put(txn, std::string(1, '\0') + "decoy3", "nonsense");
    txn.commit();
  }
  EXPECT_EQ(damaged(daemon, looked_at), (std::vector<std::pair<std::string, Damage>>{
                                            {std::string(1, '\0') + "decoy3", Damage::unsealed},
                                            {"user10001", Damage::unsealed},
                                            {"user11500", Damage::foreign},
                                            {"user12499", Damage::malformed},
                                        }));
  EXPECT_EQ(looked_at, 2500 + kDecoys);
}

TEST(Inspect, ManyDamagedOnesTakeSeveralPages) {
  WholeDaemon daemon;
  {
    lmdb::Transaction txn(daemon.storage().store().environment(), lmdb::Transaction::Mode::write);
    const lmdb::Database users(txn, "users");
    for (unsigned n = 0; n < 600; ++n) users.put(txn, std::string(200, 'x') + std::to_string(1000 + n), "nonsense");
    txn.commit();
  }
  std::uint64_t looked_at = 0;
  EXPECT_EQ(damaged(daemon, looked_at).size(), 600U);
}

}  // namespace
}  // namespace umbra
