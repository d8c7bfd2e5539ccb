// What the journal holds and LMDB not yet: the newest token of each user that changed since; ruled by ARCHITECTURE.md,
// "Journal".
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace umbra {

// User → sealed record as it is from now on; an empty token: no record any more.
using Tokens = std::unordered_map<std::string, std::string>;

// In two parts, as the journal has two segments: the active one grows, the frozen one is on its way into LMDB.
class Overlay {
 public:
  [[nodiscard]] std::optional<std::string> find(const std::string& user) const {
    const std::lock_guard lock(mutex_);
    for (const Tokens* part : {&active_, &frozen_})
      if (const auto found = part->find(user); found != part->end()) return found->second;
    return std::nullopt;
  }

  void add(Tokens&& tokens) {
    const std::lock_guard lock(mutex_);
    for (auto& [user, token] : tokens) active_.insert_or_assign(user, std::move(token));
  }

  [[nodiscard]] bool active() const {
    const std::lock_guard lock(mutex_);
    return !active_.empty();
  }

  // LMDB has another state, which makes all of this old.
  void clear() {
    const std::lock_guard lock(mutex_);
    active_.clear();
    frozen_.clear();
  }

  void freeze() {
    const std::lock_guard lock(mutex_);
    frozen_.swap(active_);
  }
  // For the one who freezes and forgets.
  [[nodiscard]] const Tokens& frozen() const noexcept { return frozen_; }
  void forget_frozen() {
    const std::lock_guard lock(mutex_);
    frozen_.clear();
  }

 private:
  mutable std::mutex mutex_;
  Tokens active_, frozen_;
};

}  // namespace umbra
