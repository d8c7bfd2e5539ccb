#include "daemon/store/committer.hpp"

#include <algorithm>
#include <iterator>

namespace umbra {

Committer::Committer(Store& store, std::function<void(const StoreError&)> on_error)
    : store_(store), on_error_(std::move(on_error)), thread_([this] { run(); }) {}

void Committer::settle() {
  std::unique_lock lock(mutex_);
  idle_.wait(lock, [this] { return changes_.empty() && jobs_.empty() && !working_; });
}

void Committer::finish() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  waiting_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void Committer::submit(Change change, Done done) {
  bool first = false;
  {
    std::unique_lock lock(mutex_);
    if (stopping_) {
      lock.unlock();
      return done(false);
    }
    first = changes_.empty();
    changes_.push_back(std::move(change));
    done_.push_back(std::move(done));
  }
  if (first) waiting_.notify_one();
}

void Committer::post(std::function<void()> job) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
    jobs_.push_back(std::move(job));
  }
  waiting_.notify_one();
}

void Committer::run() {
  std::vector<Change> changes;
  std::vector<Done> done;
  std::vector<std::function<void()>> jobs;
  for (;;) {
    changes.clear();
    done.clear();
    jobs.clear();
    {
      std::unique_lock lock(mutex_);
      working_ = false;
      if (changes_.empty() && jobs_.empty()) idle_.notify_all();
      waiting_.wait(lock, [this] { return stopping_ || !changes_.empty() || !jobs_.empty(); });
      if (changes_.empty() && jobs_.empty()) return;
      working_ = true;
      jobs.swap(jobs_);
      const auto take = static_cast<std::ptrdiff_t>(std::min(changes_.size(), kMaxBatch));
      changes.assign(std::make_move_iterator(changes_.begin()), std::make_move_iterator(changes_.begin() + take));
      done.assign(std::make_move_iterator(done_.begin()), std::make_move_iterator(done_.begin() + take));
      changes_.erase(changes_.begin(), changes_.begin() + take);
      done_.erase(done_.begin(), done_.begin() + take);
    }
    if (!changes.empty()) commit(changes, done);
    run_jobs(jobs);
  }
}

void Committer::run_jobs(std::vector<std::function<void()>>& jobs) {
  for (const auto& job : jobs) try {
      job();
    } catch (const std::exception& error) {
      on_error_(error.what());
    }
}

// Closed: an answer leaves only behind a commit that worked.
void Committer::commit(std::vector<Change>& changes, std::vector<Done>& done) {
  const auto result = store_.apply(changes);
  if (!result) on_error_(result.error());
  for (std::size_t i = 0; i < changes.size(); ++i) {
    if (result && changes[i].error) on_error_(*changes[i].error);
    try {
      done[i](result.has_value() && !changes[i].error);
    } catch (const std::exception& error) {
      on_error_(error.what());  // its call is answered "unavailable" when it is dropped
    }
  }
}

}  // namespace umbra
