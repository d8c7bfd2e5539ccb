#include "daemon/store/committer.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <map>
#include <mutex>
#include <semaphore>
#include <stdexcept>
#include <thread>
#include <vector>

#include "tests/support/records.hpp"

namespace umbra {
namespace {

// Keeps records in memory; a batch waits at the gate, so that a test sees what happens before it is durable.
class GatedStore final : public Store {
 public:
  tl::expected<std::optional<Record>, StoreError> read(const std::string&) override { return std::nullopt; }
  tl::expected<void, StoreError> walk(const std::string&,
                                      const std::function<bool(std::string_view, const Record*)>&) override {
    return {};
  }
  tl::expected<void, StoreError> apply(std::span<Change> batch) override {
    arrived.release();
    gate.acquire();
    sizes.push_back(batch.size());
    for (Change& change : batch) {
      if (change.user == broken_user)
        change.error = "this record is damaged";
      else
        change.mutate(records[change.user]);
    }
    if (fails) return tl::unexpected(StoreError("the disk is full"));
    return {};
  }
  void open_for_good() { gate.release(100'000); }

  std::counting_semaphore<> arrived{0}, gate{0};
  std::map<std::string, std::optional<Record>> records;
  std::vector<std::size_t> sizes;
  std::string broken_user;
  bool fails = false;
};

struct Errors {
  std::mutex mutex;
  std::vector<StoreError> lines;
  std::function<void(const StoreError&)> collect() {
    return [this](const StoreError& error) {
      const std::lock_guard lock(mutex);
      lines.push_back(error);
    };
  }
};

using Outcome = int;
std::function<bool(std::optional<Record>&, Outcome&)> says(int value) {
  return [value](std::optional<Record>&, Outcome& outcome) {
    outcome = value;
    return true;
  };
}

TEST(Committer, AnswersOnlyWhenDurable) {
  GatedStore store;
  Errors errors;
  Committer committer(store, errors.collect());
  std::promise<int> answer;
  auto future = answer.get_future();
  committer.update<Outcome>("alice", says(7),
                            [&](const Outcome* outcome) { answer.set_value(outcome ? *outcome : -1); });
  store.arrived.acquire();
  EXPECT_EQ(future.wait_for(std::chrono::milliseconds(30)), std::future_status::timeout) << "the commit is on its way";
  store.open_for_good();
  EXPECT_EQ(future.get(), 7);
  EXPECT_TRUE(errors.lines.empty());
}

TEST(Committer, AFailedBatchAnswersNobodyWithAnOutcome) {
  GatedStore store;
  Errors errors;
  std::atomic<int> with = 0, without = 0;
  {
    Committer committer(store, errors.collect());
    const auto count = [&](const Outcome* outcome) { ++(outcome != nullptr ? with : without); };
    store.fails = true;
    committer.update<Outcome>("alice", says(1), count);
    store.arrived.acquire();
    for (int i = 0; i < 9; ++i) committer.update<Outcome>("alice", says(1), count);
    store.open_for_good();
  }
  EXPECT_EQ(with, 0);
  EXPECT_EQ(without, 10);
  EXPECT_EQ(errors.lines, (std::vector<StoreError>{"the disk is full", "the disk is full"})) << "one line a batch";
}

TEST(Committer, ADamagedRecordFailsItsOwnChangeAlone) {
  GatedStore store;
  Errors errors;
  std::map<std::string, int> answers;
  store.broken_user = "bob";
  store.open_for_good();
  {
    Committer committer(store, errors.collect());
    for (const std::string user : {"alice", "bob", "carol"})
      committer.update<Outcome>(user, says(1),
                                [&answers, user](const Outcome* outcome) { answers[user] = outcome ? *outcome : -1; });
  }
  EXPECT_EQ(answers, (std::map<std::string, int>{{"alice", 1}, {"bob", -1}, {"carol", 1}}));
  EXPECT_EQ(errors.lines, std::vector<StoreError>{"this record is damaged"});
}

TEST(Committer, TakesAllThatWaitsButNoMoreThanABatch) {
  GatedStore store;
  Errors errors;
  {
    Committer committer(store, errors.collect());
    const auto ignore = [](const Outcome*) {};
    committer.update<Outcome>("alice", says(1), ignore);
    store.arrived.acquire();
    for (std::size_t i = 0; i < Committer::kMaxBatch + 10; ++i) committer.update<Outcome>("alice", says(1), ignore);
    store.open_for_good();
  }
  EXPECT_EQ(store.sizes, (std::vector<std::size_t>{1, Committer::kMaxBatch, 10}));
}

TEST(Committer, AnAnswerThatThrowsTakesNobodyElsesAway) {
  GatedStore store;
  store.open_for_good();
  Errors errors;
  std::atomic<int> answered = 0;
  {
    Committer committer(store, errors.collect());
    committer.update<Outcome>("alice", says(1), [](const Outcome*) { throw std::runtime_error("no memory"); });
    committer.update<Outcome>("bob", says(1), [&](const Outcome*) { ++answered; });
  }
  EXPECT_EQ(answered, 1);
  EXPECT_EQ(errors.lines, std::vector<StoreError>{"no memory"});
}

TEST(Committer, FinishesWhatWaitsAtTheEnd) {
  GatedStore store;
  store.open_for_good();
  Errors errors;
  std::atomic<int> answered = 0;
  {
    Committer committer(store, errors.collect());
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t)
      threads.emplace_back([&] {
        for (int i = 0; i < 100; ++i) committer.update<Outcome>("alice", says(1), [&](const Outcome*) { ++answered; });
      });
  }
  EXPECT_EQ(answered, 400);
}

TEST(Committer, SettleWaitsForWhatIsBeingAnswered) {
  GatedStore store;
  Errors errors;
  std::atomic<bool> answered = false;
  Committer committer(store, errors.collect());
  committer.update<Outcome>("alice", says(1), [&](const Outcome*) {
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
    answered = true;
  });
  store.arrived.acquire();
  store.open_for_good();
  committer.settle();
  EXPECT_TRUE(answered);
}

TEST(Committer, AnOutcomeStartsFreshWhenAMutationRunsTwice) {
  class Twice final : public Store {
   public:
    tl::expected<std::optional<Record>, StoreError> read(const std::string&) override { return std::nullopt; }
    tl::expected<void, StoreError> walk(const std::string&,
                                        const std::function<bool(std::string_view, const Record*)>&) override {
      return {};
    }
    tl::expected<void, StoreError> apply(std::span<Change> batch) override {
      std::optional<Record> record;
      for (Change& change : batch) {
        change.mutate(record);
        change.mutate(record);
      }
      return {};
    }
  } store;
  Errors errors;
  Committer committer(store, errors.collect());
  std::promise<int> answer;
  committer.update<Outcome>(
      "alice",
      [](std::optional<Record>&, Outcome& outcome) {
        outcome += 1;
        return true;
      },
      [&](const Outcome* outcome) { answer.set_value(*outcome); });
  EXPECT_EQ(answer.get_future().get(), 1);
}

}  // namespace
}  // namespace umbra
