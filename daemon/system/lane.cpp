#include "daemon/system/lane.hpp"

#include <exception>

namespace umbra {

Lane::Lane(unsigned threads, std::size_t limit, std::function<void(const std::string&)> on_error)
    : limit_(limit), on_error_(std::move(on_error)) {
  for (unsigned i = 0; i < threads; ++i) threads_.emplace_back([this] { run(); });
}

void Lane::finish() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  waiting_.notify_all();
  for (auto& thread : threads_) thread.join();
  threads_.clear();
}

bool Lane::post(std::function<void()> job) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || jobs_.size() >= limit_) return false;
    jobs_.push_back(std::move(job));
  }
  waiting_.notify_one();
  return true;
}

void Lane::run() {
  for (;;) {
    std::function<void()> job;
    {
      std::unique_lock lock(mutex_);
      waiting_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
      if (jobs_.empty()) return;
      job = std::move(jobs_.front());
      jobs_.pop_front();
    }
    try {
      job();
    } catch (const std::exception& error) {
      on_error_(error.what());
    }
  }
}

}  // namespace umbra
