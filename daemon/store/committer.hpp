// The one writer of records: takes everything that waits, one batch, one write that is durable, then answers all; ruled
// by ARCHITECTURE.md, "Threads".
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "daemon/store/store.hpp"

namespace umbra {

class Committer {
 public:
  // `on_error` hears one line for each failed batch or change, on the committer's thread.
  Committer(Store& store, std::function<void(const StoreError&)> on_error);
  Committer(const Committer&) = delete;
  Committer& operator=(const Committer&) = delete;
  ~Committer() { finish(); }

  // Returns when all that was submitted before has been answered.
  void settle();
  // Commits and answers what waits, then ends. What is submitted later is answered as not done.
  void finish();

  // Runs `mutate` on the user's record; `done` hears its outcome once that is durable, or that there is none: then
  // nothing was written. Both run on the committer's thread and must be quick. `damaged_too`: as in Change.
  template <class Outcome>
  void update(std::string user, std::function<bool(std::optional<Record>&, Outcome&)> mutate,
              std::function<void(const Outcome*)> done, bool damaged_too = false) {
    auto outcome = std::make_shared<Outcome>();
    submit({std::move(user),
            [outcome, mutate = std::move(mutate)](std::optional<Record>& record) {
              *outcome = Outcome{};
              return mutate(record, *outcome);
            },
            std::nullopt, damaged_too},
           [outcome, done = std::move(done)](bool durable) { done(durable ? outcome.get() : nullptr); });
  }

  // The most changes in one batch: bounds what one answer can wait for.
  static constexpr std::size_t kMaxBatch = 256;

 private:
  using Done = std::function<void(bool durable)>;
  void submit(Change change, Done done);
  void run();
  void commit(std::vector<Change>& changes, std::vector<Done>& done);

  Store& store_;
  std::function<void(const StoreError&)> on_error_;
  std::mutex mutex_;
  std::condition_variable waiting_, answers_;
  std::vector<Change> changes_;  // guarded by mutex_, as are the four below
  std::vector<Done> done_;
  std::uint64_t submitted_ = 0, answered_ = 0;
  bool stopping_ = false;
  std::thread thread_;  // last: it uses all above
};

}  // namespace umbra
