#include "daemon/system/lane.hpp"

#include <exception>
#include <utility>

namespace umbra {

Lane::Lane(unsigned threads, std::size_t limit, OnError on_error, unsigned reserves)
    : limit_(limit), on_error_(std::move(on_error)) {
  try {
    for (unsigned i = 0; i < threads; ++i) threads_.emplace_back([this] { run(); });
    for (unsigned i = 0; i < reserves; ++i) threads_.emplace_back([this] { run_reserve(); });
  } catch (...) {
    finish();  // where the machine has no thread left, those that there are end before what they use goes
    throw;
  }
}

void Lane::finish() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  waiting_.notify_all();
  look_.notify_all();
  for (auto& thread : threads_) thread.join();
  threads_.clear();
}

bool Lane::post(std::function<void()> job) {
  bool unwatched = false;
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || jobs_.size() >= limit_) return false;
    jobs_.push_back(std::move(job));
    unwatched = !std::exchange(watched_, true);
  }
  waiting_.notify_one();
  if (unwatched) look_.notify_one();
  return true;
}

void Lane::run() {
  for (Lock lock(mutex_);;) {
    waiting_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
    if (jobs_.empty()) return;
    run_next(lock);
  }
}

// Reserves look by turns: whoever finds the others held up helps, and the next one looks meanwhile.
void Lane::run_reserve() {
  for (;;) {
    std::unique_lock watch(watch_);
    Lock lock(mutex_);
    wait_until_held_up(lock);
    if (jobs_.empty()) return;  // stopping
    watch.unlock();
    run_next(lock);
  }
}

// Or until the end. Where nothing came for a second it sleeps until something does: an idle daemon wakes nobody.
void Lane::wait_until_held_up(Lock& lock) {
  constexpr int kQuietLooks = 200;
  for (int quiet = 0; !stopping_;) {
    const std::uint64_t seen = taken_;
    look_.wait_for(lock, kPatience, [this] { return stopping_; });
    if (taken_ == seen && !jobs_.empty()) return;
    quiet = taken_ == seen ? quiet + 1 : 0;
    if (quiet < kQuietLooks) continue;
    watched_ = false;
    look_.wait(lock, [this] { return stopping_ || watched_; });
    quiet = 0;
  }
}

void Lane::run_next(Lock& lock) {
  {
    const auto job = std::move(jobs_.front());
    jobs_.pop_front();
    ++taken_;
    lock.unlock();
    try {
      job();
    } catch (const std::exception& error) {
      on_error_(error.what());
    }
  }
  lock.lock();
}

}  // namespace umbra
