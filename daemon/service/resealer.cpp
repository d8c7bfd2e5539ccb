#include "daemon/service/resealer.hpp"

#include <algorithm>
#include <atomic>
#include <latch>
#include <span>
#include <stdexcept>
#include <utility>

namespace umbra {
namespace {

constexpr std::size_t kPage = 1024;       // records looked at under one read transaction
constexpr std::size_t kTrailBatch = 128;  // entries a transaction

}  // namespace

void Resealer::start() {
  const std::lock_guard lock(mutex_);
  again_ = running_;
  if (stopping_ || running_) return;
  if (thread_.joinable()) thread_.join();  // it let go of the mutex for good
  running_ = true;
  progress_ = {};
  thread_ = std::thread([this] { run(); });
}

void Resealer::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

Resealer::Progress Resealer::progress() const {
  const std::lock_guard lock(mutex_);
  return progress_;
}

void Resealer::advance(std::uint64_t by) {
  const std::lock_guard lock(mutex_);
  progress_.done = std::min(progress_.done + by, progress_.total);
}

bool Resealer::rest(Clock::duration time) {
  std::unique_lock lock(mutex_);
  return !wake_.wait_for(lock, time, [this] { return stopping_; });
}

bool Resealer::rest_after(Clock::time_point step) {
  return rest(std::max<Clock::duration>(pace_.least_rest, pace_.rest * (Clock::now() - step)));
}

void Resealer::run() {
  for (;;) {
    if (!attempt() && rest(pace_.retry)) continue;
    const std::lock_guard lock(mutex_);
    // Another first key came when the last pass was over, and the thread not yet.
    if (std::exchange(again_, false) && !stopping_ && !store_.sealed_by_first()) continue;
    running_ = false;
    return;
  }
}

bool Resealer::attempt() try { return pass(); } catch (const std::exception& error) {
  context_.log.note(LOG_ERR, std::string("sealing records by the new key: ") + error.what());
  return false;
}

bool Resealer::pass() {
  {
    const std::uint64_t total = store_.records() + trail_.entries();
    const std::lock_guard lock(mutex_);
    progress_ = {0, total};
  }
  if (!records() || !trail()) return false;
  if (const auto ended = store_.end_reseal(); !ended) throw std::runtime_error(ended.error());
  context_.log.note(LOG_NOTICE, "the key ring's first key seals everything now: the other keys can be retired");
  return true;
}

bool Resealer::records() {
  bool whole = true;
  std::string after;
  for (std::size_t looked_at = kPage; looked_at == kPage;) {
    looked_at = 0;
    std::vector<std::string> stale;
    const auto step = Clock::now();
    const auto surveyed = store_.survey(after, [&](std::string_view user, std::optional<std::size_t> key) {
      if (key && *key != 0) stale.emplace_back(user);
      after = user;
      return ++looked_at < kPage;
    });
    if (!surveyed) throw std::runtime_error(surveyed.error());
    if (!rest_after(step)) return false;
    advance(looked_at - stale.size());
    for (auto rest_of = std::span(stale); !rest_of.empty();) {
      const auto batch = rest_of.first(std::min(pace_.batch, rest_of.size()));
      const auto begun = Clock::now();
      whole = reseal({batch.begin(), batch.end()}) && whole;
      advance(batch.size());
      if (!rest_after(begun)) return false;
      rest_of = rest_of.subspan(batch.size());
    }
  }
  return whole;
}

// To write a record as it is seals it by the first key. Logins that change it meanwhile come before or after.
bool Resealer::reseal(std::vector<std::string> users) {
  struct Nothing {};
  struct Answers {
    explicit Answers(std::size_t count) : left(static_cast<std::ptrdiff_t>(count)) {}
    std::latch left;
    std::atomic<bool> whole = true;
  };
  const auto answers = std::make_shared<Answers>(users.size());
  for (std::string& user : users)
    context_.committer.update<Nothing>(
        std::move(user), [](std::optional<Record>& record, Nothing&) { return record.has_value(); },
        [answers](const Nothing* durable) {
          if (durable == nullptr) answers->whole = false;
          answers->left.count_down();
        });
  answers->left.wait();
  return answers->whole;
}

bool Resealer::trail() {
  std::uint64_t after = 0;
  for (std::size_t looked_at = kTrailBatch; looked_at == kTrailBatch;) {
    const auto step = Clock::now();
    const auto resealed = trail_.reseal(after, kTrailBatch);
    if (!resealed) throw std::runtime_error(resealed.error());
    after = resealed->last;
    looked_at = resealed->looked_at;
    advance(looked_at);
    if (!rest_after(step)) return false;
  }
  return true;
}

}  // namespace umbra
