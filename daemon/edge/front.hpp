// Who runs the event loop: one thread at a time, and another that goes on with it where a name service holds the first
// one up; ruled by ARCHITECTURE.md, "Threads".
#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <mutex>

namespace umbra {

// A lookup that a local file answers takes microseconds, and a way through another thread costs more than that. One
// that waits for a directory may take seconds. Nobody can tell before; so it begins on the loop's thread, and where it
// takes long the loop changes hands.
class Front {
 public:
  using Clock = std::chrono::steady_clock;
  // How long one piece of work may hold up the loop.
  static constexpr std::chrono::milliseconds kPatience{10};
  // The loop keeps its thread to itself for so long once a piece of work was too slow, or many were on average.
  static constexpr std::chrono::seconds kAway{1};
  static constexpr std::chrono::microseconds kSlow{500};

  explicit Front(boost::asio::io_context& loop) : loop_(loop) {}
  Front(const Front&) = delete;
  Front& operator=(const Front&) = delete;

  // Runs the loop until it is stopped or has no work; throws what a handler throws. Takes a second thread.
  void run();

  // Runs `work`, which may block, on the loop's thread; false: give it to a lane for now. For the loop's handlers
  // alone, and the last thing that one does: what came behind it might run beside the next handler.
  template <class Work>
  bool try_here(Work&& work) {
    if (!standing_by_ || Clock::now() < away_.load()) return false;
    const UnderWay under_way(*this);
    work();
    return true;
  }

 private:
  using Lock = std::unique_lock<std::mutex>;
  struct Seat {
    bool relieved = false;  // its thread's own
  };
  class UnderWay {
   public:
    explicit UnderWay(Front& front) : front_(front), seat_(*front.leader_), work_(front.begin()) {}
    UnderWay(const UnderWay&) = delete;
    UnderWay& operator=(const UnderWay&) = delete;
    ~UnderWay() { front_.end(seat_, work_, since_); }

   private:
    Front& front_;
    Seat& seat_;
    const std::uint64_t work_;
    const Clock::time_point since_ = Clock::now();
  };

  void serve();
  void lead(Lock& lock);
  bool stand_by(Lock& lock);
  std::uint64_t begin();
  void end(Seat& seat, std::uint64_t work, Clock::time_point since);

  boost::asio::io_context& loop_;
  std::mutex mutex_;
  std::condition_variable look_;
  bool led_ = false, ended_ = false;       // somebody leads; the loop has stopped
  std::exception_ptr fault_;               // guarded by mutex_, as are the two above
  Seat* leader_ = nullptr;                 // the leading thread's own
  std::atomic<std::uint64_t> work_ = 0;    // odd: one is under way
  std::atomic<bool> standing_by_ = false;  // the other thread could take over
  std::atomic<bool> watched_ = false;      // it looks now and then; else it sleeps until work begins
  std::atomic<Clock::time_point> away_{};  // until then no work begins here
  std::chrono::nanoseconds average_{0};    // of what work takes; the leading thread's own
};

}  // namespace umbra
