// A restore killed at every step that makes something durable: the next start finds the records of before or those of
// the backup, whole, and in either case nothing that was spent can be spent again.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "daemon/store/restoration.hpp"
#include "daemon/store/snapshot.hpp"
#include "tests/support/storage.hpp"
#include "tests/unit/daemon/rotation/steps.hpp"

namespace umbra::test {
namespace {

constexpr unsigned kUsers = 2500;  // several transactions of what is put aside
constexpr std::int64_t kLater = 600;

std::string name(unsigned n) { return "user" + std::to_string(10'000 + n); }
std::uint64_t step_of(std::int64_t wall) { return time_step(wall, 30); }

// A daemon's store in a folder, and a clock at `wall`.
struct Host {
  explicit Host(const std::string& folder, std::int64_t wall) : clock(wall), directory(folder), store(directory) {
    if (const auto unlocked = store.unlock(ring(), clock); !unlocked) throw std::runtime_error(unlocked.error());
    const auto guarded = store.guard(directory, 1);
    if (!guarded) throw std::runtime_error(guarded.error());
    older = guarded->has_value();
  }

  void change(unsigned from, unsigned to, const Mutation& mutate) {
    for (unsigned first = from; first < to; first += 200) {
      std::vector<Change> batch;
      for (unsigned n = first; n < to && n < first + 200; ++n) batch.push_back({name(n), mutate, std::nullopt});
      if (const auto done = store.apply(batch); !done) throw std::runtime_error(done.error());
    }
  }
  void enrol(unsigned from, unsigned to) {
    for (unsigned n = from; n < to; ++n)
      change(n, n + 1, [n](std::optional<Record>& record) {
        record = enrolled(name(n), 1000 + n);
        record->backup.codes.resize(2);
        record->backup.codes[0].hash[0] = 1;
        record->backup.codes[1].hash[0] = 2;
        record->backup.created_at = kNow;
        return true;
      });
  }
  std::vector<std::string> tokens() {
    std::vector<std::string> tokens;
    Snapshot(store).walk("", [&](std::string_view, std::optional<std::string_view> token) {
      tokens.emplace_back(token.value());
      return true;
    });
    return tokens;
  }

  FakeClock clock;
  StateDirectory directory;
  LmdbStore store;
  bool older = false;
};

// Everybody's code of the moment and first backup code are spent, behind the backup.
bool spend(std::optional<Record>& record) {
  record->window.spend(step_of(kNow + kLater));
  record->backup.codes[0].used_at = kNow + kLater;
  return true;
}

// "before", "restored", or what is wrong. `changed`: how many users enforce was asked of meanwhile and answered.
std::string found_in(const std::string& folder, unsigned changed) try {
  Host host(folder, kNow + kLater + 1);
  if (host.older) return "it takes itself for an older one";
  std::map<std::string, unsigned> kinds;
  unsigned enforced = 0;
  const auto walked = host.store.walk("", [&](std::string_view, const Record* record) {
    if (record == nullptr) return ++kinds["damaged"], true;
    ++kinds[record->user < name(kUsers) ? "in both" : record->user < name(kUsers + 100) ? "before" : "restored"];
    if (!record->window.spent(step_of(kNow + kLater))) ++kinds["with an open step"];
    if (record->backup.codes[0].used_at == 0) ++kinds["with an open code"];
    if (record->enforced) ++enforced;
    return true;
  });
  if (!walked) return walked.error();
  if (enforced != changed) return "changes are lost: " + std::to_string(enforced) + " of " + std::to_string(changed);
  using Kinds = std::map<std::string, unsigned>;
  if (kinds == Kinds{{"in both", kUsers}, {"before", 100}}) return "before";
  if (kinds == Kinds{{"in both", kUsers}, {"restored", 100}}) return "restored";
  std::string wrong;
  for (const auto& [kind, count] : kinds) wrong += kind + " " + std::to_string(count) + ", ";
  return wrong;
} catch (const std::exception& error) {
  return error.what();
}

void copy(const std::string& from, const std::string& to) {
  std::filesystem::remove_all(to);
  std::filesystem::copy(from, to, std::filesystem::copy_options::recursive);
}

// The backup has 100 users who are gone by now, and lacks the 100 who came since.
std::vector<std::string> prepare(const std::string& folder) {
  std::vector<std::string> tokens;
  {
    Host host(folder, kNow);
    host.enrol(0, kUsers);
    host.enrol(kUsers + 100, kUsers + 200);
    tokens = host.tokens();
    host.change(kUsers + 100, kUsers + 200, [](std::optional<Record>& record) {
      record.reset();
      return true;
    });
    host.enrol(kUsers, kUsers + 100);
  }
  Host host(folder, kNow + kLater);
  host.change(0, kUsers + 100, spend);
  return tokens;
}

TEST(RestoreKilled, AtEveryStepItIsTheOneStateOrTheOther) {
  const TempDir dir(folder_in_memory());
  const std::string folder = dir.path() + "/state", stage = dir.path() + "/stage";
  const auto tokens = prepare(folder);
  std::vector<std::string> steps, states;
  unsigned changed = 0, late = 0;
  bool ending = false;
  {
    Host host(folder, kNow + kLater);
    const auto enforce_one = [&] {
      host.change(changed, changed + 1, [](std::optional<Record>& record) { return record->enforced = true; });
      ++changed;
    };
    watch_steps([&](const std::string& step) {
      steps.push_back(step);
      copy(folder, stage);
      std::string state = found_in(stage, changed);
      // What is being answered is on disk before that.
      if (state.starts_with("changes are lost")) state = found_in(stage, changed + 1);
      states.push_back(state);
      EXPECT_TRUE(state == "before" || state == "restored")
          << "after step " << steps.size() << ", " << step << ": " << state;
      // Until the last moment somebody is changed whom the backup does not know: what stands in the journal alone then
      // must not come back from there.
      if (!ending || step != "commit" || state != "before") return;
      host.change(kUsers + late, kUsers + late + 1, spend);
      ++late;
    });
    Restoration restoration(host.store, Epoch{}, false);
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      ASSERT_EQ(restoration.add(tokens[i]), wire::Obstacle::none);
      if (i % 400 == 0) enforce_one();
      if (i % 900 == 0) {
        ASSERT_TRUE(host.store.checkpoint());
      }
    }
    ending = true;
    const auto outcome = restoration.commit(1);
    ASSERT_TRUE(outcome.has_value());
    EXPECT_EQ(outcome->users, kUsers + 100);
    EXPECT_EQ(outcome->gone, 100U);
    EXPECT_EQ(outcome->codes_dead, 100U) << "of those whom nobody knew any more";
    enforce_one();
    ASSERT_TRUE(host.store.checkpoint());
    enforce_one();
    watch_steps({});
  }
  EXPECT_GT(steps.size(), 15U);
  EXPECT_GT(late, 2U);
  EXPECT_TRUE(std::ranges::is_sorted(states));
  EXPECT_EQ(states.front(), "before");
  EXPECT_EQ(states.back(), "restored");
  EXPECT_EQ(found_in(folder, changed), "restored");
}

TEST(RestoreKilled, WhatWasPutAsideIsGoneWithTheNextStart) {
  const TempDir dir(folder_in_memory());
  const std::string folder = dir.path() + "/state", stage = dir.path() + "/stage";
  const auto tokens = prepare(folder);
  {
    Host host(folder, kNow + kLater);
    Restoration restoration(host.store, Epoch{}, false);
    for (const std::string& token : tokens) ASSERT_EQ(restoration.add(token), wire::Obstacle::none);
    copy(folder, stage);
  }
  for (const std::string& left : {stage, folder}) {
    Host host(left, kNow + kLater);
    lmdb::Transaction txn(host.store.environment(), lmdb::Transaction::Mode::write);
    EXPECT_EQ(lmdb::Database(txn, "users-b").entries(txn), 0U);
    EXPECT_EQ(lmdb::Database(txn, "users").entries(txn), kUsers + 100 + kDecoys);
  }
}

}  // namespace
}  // namespace umbra::test
