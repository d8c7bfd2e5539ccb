#include "daemon/edge/front.hpp"

#include <boost/asio/post.hpp>
#include <thread>

namespace umbra {

void Front::run() {
  std::thread other([this] { serve(); });
  serve();
  other.join();
  if (fault_) std::rethrow_exception(fault_);
}

void Front::serve() {
  for (Lock lock(mutex_); !ended_;) {
    if (!led_ || stand_by(lock)) lead(lock);
  }
}

void Front::lead(Lock& lock) {
  Seat seat;
  led_ = true;
  lock.unlock();
  leader_ = &seat;
  average_ = {};
  std::exception_ptr fault;
  try {
    while (!seat.relieved && loop_.run_one() > 0) continue;
  } catch (...) {
    fault = std::current_exception();
  }
  // What this thread's last handler left in its own queue has nobody else who would wake for it.
  if (seat.relieved) boost::asio::post(loop_, [] {});
  lock.lock();
  if (fault) fault_ = fault;
  if (seat.relieved && !fault) return;
  ended_ = true;
  loop_.stop();
  look_.notify_all();
}

// True: the work under way has taken too long, and this thread leads from now on. Whoever moves work_ on from its odd
// number, the thread that ends it or this one, has the loop.
bool Front::stand_by(Lock& lock) {
  constexpr int kQuietLooks = 200;
  standing_by_ = true;
  for (int quiet = 0; !ended_;) {
    std::uint64_t seen = work_;
    look_.wait_for(lock, kPatience, [this] { return ended_; });
    const bool held_up = seen % 2 == 1 && work_ == seen;
    if (held_up && !ended_) {
      standing_by_ = false;
      away_ = Clock::now() + kAway;
      if (work_.compare_exchange_strong(seen, seen + 1)) return true;
      standing_by_ = true;
    }
    quiet = work_ == seen ? quiet + 1 : 0;
    if (quiet < kQuietLooks) continue;
    watched_ = false;
    if (work_ == seen) look_.wait(lock, [this] { return ended_ || watched_; });
    quiet = 0;
  }
  standing_by_ = false;
  return false;
}

std::uint64_t Front::begin() {
  const std::uint64_t work = ++work_;
  if (watched_) return work;
  {
    const std::lock_guard lock(mutex_);
    watched_ = true;
  }
  look_.notify_one();
  return work;
}

void Front::end(Seat& seat, std::uint64_t work, Clock::time_point since) {
  if (!work_.compare_exchange_strong(work, work + 1)) {
    seat.relieved = true;
    return;
  }
  const auto now = Clock::now();
  average_ += (now - since - average_) / 64;
  if (average_ < kSlow) return;
  average_ = {};
  away_ = now + kAway;
}

}  // namespace umbra
