#include "daemon/store/committer.hpp"

#include <algorithm>
#include <iterator>

namespace umbra {

Committer::Committer(Store& store, std::function<void(const StoreError&)> on_error)
    : store_(store), on_error_(std::move(on_error)), thread_([this] { run(); }) {}

void Committer::settle() {
  std::unique_lock lock(mutex_);
  answers_.wait(lock, [this, earlier = submitted_] { return answered_ >= earlier; });
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
    ++submitted_;
  }
  if (first) waiting_.notify_one();
}

void Committer::run() {
  std::vector<Change> changes;
  std::vector<Done> done;
  for (;;) {
    const std::size_t answered = done.size();
    changes.clear();
    done.clear();
    {
      std::unique_lock lock(mutex_);
      answered_ += answered;
      answers_.notify_all();
      waiting_.wait(lock, [this] { return stopping_ || !changes_.empty(); });
      if (changes_.empty()) return;
      const auto take = static_cast<std::ptrdiff_t>(std::min(changes_.size(), kMaxBatch));
      changes.assign(std::make_move_iterator(changes_.begin()), std::make_move_iterator(changes_.begin() + take));
      done.assign(std::make_move_iterator(done_.begin()), std::make_move_iterator(done_.begin() + take));
      changes_.erase(changes_.begin(), changes_.begin() + take);
      done_.erase(done_.begin(), done_.begin() + take);
    }
    commit(changes, done);
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
