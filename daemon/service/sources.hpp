// The budgets of all sources, shared by all threads; ruled by ARCHITECTURE.md, "Sources".
#pragma once

#include <mutex>

#include "daemon/rules/source.hpp"

namespace umbra {

class Sources {
 public:
  // False: too many failures came from there; what comes now is refused unseen.
  [[nodiscard]] bool open(const Source& source, const SourcePolicy& policy, std::int64_t steady) const {
    if (policy.spares(source)) return true;
    const std::string budget = source.budget();
    const std::lock_guard lock(mutex_);
    return budgets_.open(budget, policy, steady);
  }
  void charge(const Source& source, const SourcePolicy& policy, std::int64_t steady) {
    if (policy.spares(source)) return;
    const std::string budget = source.budget();
    const std::lock_guard lock(mutex_);
    budgets_.charge(budget, policy, steady);
  }
  void clean(const SourcePolicy& policy, std::int64_t steady) {
    const std::lock_guard lock(mutex_);
    budgets_.clean(policy, steady);
  }

 private:
  mutable std::mutex mutex_;
  SourceBudgets budgets_;
};

}  // namespace umbra
