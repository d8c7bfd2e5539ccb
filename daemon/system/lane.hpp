// A few threads with a bounded queue for work that may block: name lookups, Argon2; ruled by ARCHITECTURE.md,
// "Threads".
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace umbra {

class Lane {
 public:
  using OnError = std::function<void(const std::string&)>;
  // How long no job may be taken, while some wait, before a reserve helps.
  static constexpr std::chrono::milliseconds kPatience{5};

  // `on_error` hears one line for each job that threw, on that job's thread. `reserves`: threads that only help where
  // the others are held up. Where jobs are short but for some that hang, one thread and reserves cost half of what as
  // many equal threads do, which would wake each other for every job.
  Lane(unsigned threads, std::size_t limit, OnError on_error, unsigned reserves = 0);
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;
  ~Lane() { finish(); }

  // Takes no more jobs, runs those that wait, returns when the last has ended.
  void finish();

  // False where `limit` jobs wait already: the caller answers "unavailable". A job that throws has decided nothing.
  [[nodiscard]] bool post(std::function<void()> job);

 private:
  using Lock = std::unique_lock<std::mutex>;
  void run();
  void run_reserve();
  void wait_until_held_up(Lock& lock);
  void run_next(Lock& lock);

  const std::size_t limit_;
  const OnError on_error_;
  std::mutex mutex_;
  std::condition_variable waiting_;
  std::deque<std::function<void()>> jobs_;
  bool stopping_ = false;
  std::uint64_t taken_ = 0;  // jobs, ever
  std::mutex watch_;         // the one reserve that looks has it
  std::condition_variable look_;
  bool watched_ = false;  // it looks now and then; else it sleeps until a job comes
  std::vector<std::thread> threads_;
};

}  // namespace umbra
