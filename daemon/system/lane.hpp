// A few threads with a bounded queue for work that may block: name lookups, Argon2; ruled by ARCHITECTURE.md,
// "Threads".
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace umbra {

class Lane {
 public:
  // `on_error` hears one line for each job that threw, on that job's thread.
  Lane(unsigned threads, std::size_t limit, std::function<void(const std::string&)> on_error);
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;
  ~Lane() { finish(); }

  // Takes no more jobs, runs those that wait, returns when the last has ended.
  void finish();

  // False where `limit` jobs wait already: the caller answers "unavailable". A job that throws has decided nothing.
  [[nodiscard]] bool post(std::function<void()> job);

 private:
  void run();

  const std::size_t limit_;
  const std::function<void(const std::string&)> on_error_;
  std::mutex mutex_;
  std::condition_variable waiting_;
  std::deque<std::function<void()>> jobs_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace umbra
