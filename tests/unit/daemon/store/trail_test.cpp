#include "daemon/store/trail.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/support/storage.hpp"

namespace umbra {
namespace {

using Mode = lmdb::Transaction::Mode;
constexpr std::size_t kMap = std::size_t{8} << 20;

TrailLine line(const std::string& user, std::int64_t time = 1) {
  TrailLine line;
  line.time = time;
  line.event = "verify";
  line.user = user;
  line.service = "sshd";
  line.source = "192.0.2.7";
  return line;
}

class Trails {
 public:
  explicit Trails(std::size_t most = Trail::kMost, std::size_t map = kMap) : most_(most), map_(map) { open(); }
  void open(const std::string& ring_text = test::kRingText) {
    trail_.reset();
    env_.reset();
    env_.emplace(dir_.path(), map_, 2);
    trail_.emplace(*env_, test::ring(ring_text), clock_, most_);
  }
  LmdbTrail* operator->() { return &*trail_; }
  lmdb::Environment& env() { return *env_; }

  void add(const std::string& user) {
    const TrailLine one = line(user);
    const auto done = trail_->append({&one, 1});
    ASSERT_TRUE(done.has_value()) << done.error();
  }
  // "number user", as read() or read_back() shows them.
  std::vector<std::string> after(std::uint64_t number) {
    std::vector<std::string> shown;
    const auto read = trail_->read(number, collect(shown));
    EXPECT_TRUE(read.has_value());
    return shown;
  }
  std::vector<std::string> back() {
    std::vector<std::string> shown;
    const auto read = trail_->read_back(collect(shown));
    EXPECT_TRUE(read.has_value());
    return shown;
  }
  // Somebody with root's rights and no key.
  void tamper(const std::function<void(lmdb::Transaction&, lmdb::Database&)>& change) {
    lmdb::Transaction txn(*env_, Mode::write);
    lmdb::Database database(txn, "trail");
    change(txn, database);
    txn.commit();
  }

 private:
  static Trail::Each collect(std::vector<std::string>& shown) {
    return [&shown](const wire::TrailEntry& entry) {
      shown.push_back(std::to_string(entry.number) + " " + std::string(entry.user));
      return true;
    };
  }
  test::TempDir dir_;
  test::FakeClock clock_;
  std::size_t most_, map_;
  std::optional<lmdb::Environment> env_;
  std::optional<LmdbTrail> trail_;
};

using Shown = std::vector<std::string>;
std::string key(char number) { return std::string(7, '\0') + number; }

TEST(Trail, NumbersFromOneInTheOrderOfTheirCall) {
  Trails trail;
  EXPECT_EQ(trail.after(0), Shown{});
  EXPECT_EQ(trail.back(), Shown{});
  const TrailLine lines[] = {line("alice"), line("bob"), line("alice")};
  ASSERT_TRUE(trail->append(lines).has_value());
  trail.add("carol");
  ASSERT_TRUE(trail->append({}).has_value());
  EXPECT_EQ(trail.after(0), (Shown{"1 alice", "2 bob", "3 alice", "4 carol"}));
  EXPECT_EQ(trail.back(), (Shown{"4 carol", "3 alice", "2 bob", "1 alice"}));
}

TEST(Trail, EveryFieldComesBack) {
  Trails trail;
  TrailLine one = line("alice", 1'700'000'123);
  one.dropped = 77;
  one.accepted = true;
  one.reason = wire::Reason::bypass;
  ASSERT_TRUE(trail->append({&one, 1}).has_value());
  unsigned seen = 0;
  ASSERT_TRUE(trail
                  ->read(0,
                         [&](const wire::TrailEntry& entry) {
                           ++seen;
                           EXPECT_EQ(entry.number, 1U);
                           EXPECT_EQ(entry.time, 1'700'000'123);
                           EXPECT_EQ(entry.dropped, 77U);
                           EXPECT_TRUE(entry.accepted);
                           EXPECT_EQ(entry.reason, static_cast<std::uint8_t>(wire::Reason::bypass));
                           EXPECT_EQ(entry.event, "verify");
                           EXPECT_EQ(entry.user, "alice");
                           EXPECT_EQ(entry.service, "sshd");
                           EXPECT_EQ(entry.source, "192.0.2.7");
                           return true;
                         })
                  .has_value());
  EXPECT_EQ(seen, 1U);
}

TEST(Trail, ReadsBehindANumber) {
  Trails trail;
  for (int i = 1; i <= 300; ++i) trail.add("u");  // numbers of more than one byte
  EXPECT_EQ(trail.after(254).size(), 46U);
  EXPECT_EQ(trail.after(255).front(), "256 u");
  EXPECT_EQ(trail.after(299), Shown{"300 u"});
  for (const std::uint64_t none : {std::uint64_t{300}, UINT64_MAX - 1, UINT64_MAX})
    EXPECT_EQ(trail.after(none), Shown{}) << none;
}

TEST(Trail, ReadingStopsWhereItIsTold) {
  Trails trail;
  for (int i = 0; i < 5; ++i) trail.add("u");
  for (const bool backwards : {false, true}) {
    std::vector<std::uint64_t> seen;
    const auto two = [&](const wire::TrailEntry& entry) {
      seen.push_back(entry.number);
      return seen.size() < 2;
    };
    ASSERT_TRUE((backwards ? trail->read_back(two) : trail->read(1, two)).has_value());
    EXPECT_EQ(seen, backwards ? (std::vector<std::uint64_t>{5, 4}) : (std::vector<std::uint64_t>{2, 3}));
  }
}

TEST(Trail, KeepsItsMostAndTheOldestGo) {
  Trails trail(3);
  for (const auto* user : {"a", "b", "c", "d"}) trail.add(user);
  EXPECT_EQ(trail.after(0), (Shown{"2 b", "3 c", "4 d"}));
  const TrailLine many[] = {line("e"), line("f"), line("g"), line("h"), line("i")};
  ASSERT_TRUE(trail->append(many).has_value());
  EXPECT_EQ(trail.after(0), (Shown{"7 g", "8 h", "9 i"})) << "also where one call brings more than the most";
}

TEST(Trail, SurvivesAnotherStartAndCountsOn) {
  Trails trail;
  trail.add("alice");
  trail.open();
  trail.add("bob");
  EXPECT_EQ(trail.after(0), (Shown{"1 alice", "2 bob"}));
}

TEST(Trail, ANumberIsNeverUsedTwiceWhereTheLastIsLeft) {
  Trails trail(1);
  for (const auto* user : {"a", "b", "c"}) trail.add(user);
  trail.open();
  trail.add("d");
  EXPECT_EQ(trail.after(0), Shown{"4 d"});
}

TEST(Trail, DamagedEntriesAreLeftOutAndTheRestIsShown) {
  Trails trail;
  for (const auto* user : {"a", "b", "c", "d"}) trail.add(user);
  trail.tamper([](auto& txn, auto& database) {
    std::string value(*database.get(txn, key(2)));
    value[20] = value[20] == 'A' ? 'B' : 'A';
    database.put(txn, key(2), value);
    database.put(txn, key(3), "");
  });
  EXPECT_EQ(trail.after(0), (Shown{"1 a", "4 d"}));
  EXPECT_EQ(trail.back(), (Shown{"4 d", "1 a"}));
}

TEST(Trail, SwappedEntriesAreLeftOut) {
  Trails trail;
  for (const auto* user : {"a", "b", "c"}) trail.add(user);
  trail.tamper([](auto& txn, auto& database) {
    const std::string one(*database.get(txn, key(1))), two(*database.get(txn, key(2)));
    database.put(txn, key(1), two);
    database.put(txn, key(2), one);
  });
  EXPECT_EQ(trail.after(0), Shown{"3 c"});
}

TEST(Trail, WhatTheSameKeySealedForSomethingElseIsLeftOut) {
  Trails trail;
  trail.add("a");
  trail.tamper([](auto& txn, auto& database) {
    const auto record = test::encoded(test::enrolled());
    database.put(txn, key(2), test::ring()->seal(record, test::kNow));
  });
  EXPECT_EQ(trail.after(0), Shown{"1 a"});
}

TEST(Trail, WithoutItsKeyNothingIsShown) {
  Trails trail;
  trail.add("a");
  trail.open(test::kOtherRingText);
  EXPECT_EQ(trail.after(0), Shown{});
  trail.add("b");
  EXPECT_EQ(trail.after(0), Shown{"2 b"});
}

TEST(Trail, FieldsAreCutToTheirLimits) {
  Trails trail;
  TrailLine one = line(std::string(wire::kMaxUser + 1, 'u'));
  one.event.assign(wire::kMaxEvent + 1, 'e');
  one.service.assign(wire::kMaxService + 1, 's');
  one.source.assign(100'000, 'r');
  ASSERT_TRUE(trail->append({&one, 1}).has_value());
  unsigned seen = 0;
  ASSERT_TRUE(trail
                  ->read(0,
                         [&](const wire::TrailEntry& entry) {
                           ++seen;
                           EXPECT_EQ(entry.user, std::string(wire::kMaxUser, 'u'));
                           EXPECT_EQ(entry.event, std::string(wire::kMaxEvent, 'e'));
                           EXPECT_EQ(entry.service, std::string(wire::kMaxService, 's'));
                           EXPECT_EQ(entry.source, std::string(wire::kMaxRhost, 'r'));
                           return true;
                         })
                  .has_value());
  EXPECT_EQ(seen, 1U) << "the longest entry still fits";
}

TEST(Trail, AnAppendThatFailsWritesNothing) {
  Trails trail(Trail::kMost, std::size_t{128} << 10);
  trail.add("a");
  const std::vector<TrailLine> many(2000, line("u"));
  const auto done = trail->append(many);
  ASSERT_FALSE(done.has_value());
  EXPECT_FALSE(done.error().empty());
  EXPECT_EQ(trail.after(0), Shown{"1 a"});
  trail.add("b");
  EXPECT_EQ(trail.after(0), (Shown{"1 a", "2 b"}));
}

}  // namespace
}  // namespace umbra
