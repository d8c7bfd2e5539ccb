// Seals by the first key what another one sealed, in the background, in small steps with rests between them; ruled by
// ARCHITECTURE.md, "Keys".
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "daemon/service/context.hpp"
#include "daemon/store/lmdb_store.hpp"
#include "daemon/store/trail.hpp"

namespace umbra {

class Resealer {
 public:
  // A step is one batch of the committer, or one transaction of the trail. A rest is as many times as long as the step
  // took, so that work waits less the busier the disk is.
  struct Pace {
    std::size_t batch = 32;
    unsigned rest = 4;
    std::chrono::milliseconds least_rest{1};
    std::chrono::milliseconds retry{1000};
  };

  Resealer(Context& context, LmdbStore& store, LmdbTrail& trail) : Resealer(context, store, trail, Pace{}) {}
  Resealer(Context& context, LmdbStore& store, LmdbTrail& trail, const Pace& pace)
      : context_(context), store_(store), trail_(trail), pace_(pace) {}
  Resealer(const Resealer&) = delete;
  Resealer& operator=(const Resealer&) = delete;
  ~Resealer() { stop(); }

  // Goes over all that is stored, until it is done or stopped; nothing where it is at that already.
  void start();
  // Ends behind the step that it is at. Later starts do nothing.
  void stop();

  struct Progress {
    std::uint64_t done = 0, total = 0;  // records and entries of the trail
  };
  [[nodiscard]] Progress progress() const;

 private:
  using Clock = std::chrono::steady_clock;
  void run();
  bool attempt();  // false: once more
  bool pass();
  bool records();
  bool trail();
  bool reseal(std::vector<std::string> users);  // false: a change was not written
  void advance(std::uint64_t by);
  // False: it is to stop.
  bool rest(Clock::duration time);
  bool rest_after(Clock::time_point step);

  Context& context_;
  LmdbStore& store_;
  LmdbTrail& trail_;
  const Pace pace_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false, running_ = false, again_ = false;  // guarded by mutex_, as is the progress
  Progress progress_;
  std::thread thread_;
};

}  // namespace umbra
