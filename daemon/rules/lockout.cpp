#include "daemon/rules/lockout.hpp"

#include <algorithm>

namespace umbra {
namespace {

constexpr std::int64_t kDay = 24 * 60 * 60;

void forget_old_failures(LockoutState& state, std::int64_t oldest) noexcept {
  std::uint8_t kept = 0;
  for (std::uint8_t i = 0; i < state.recent_count; ++i)
    if (state.recent[i] > oldest) state.recent[kept++] = state.recent[i];
  for (std::size_t i = kept; i < LockoutState::kMaxRecent; ++i) state.recent[i] = 0;
  state.recent_count = kept;
}

// Makes budget[0] today's. Days of a clock that was ahead count as if they ended today: none is forgiven early, and
// none later than 30 days from now.
void turn_budget(LockoutState& state, std::int64_t today) noexcept {
  const std::int64_t days = today - state.budget_day;
  state.budget_day = today;
  if (days <= 0) return;
  const auto shift = static_cast<std::size_t>(std::min<std::int64_t>(days, LockoutState::kBudgetDays));
  std::move_backward(state.budget.begin(), state.budget.end() - static_cast<std::ptrdiff_t>(shift), state.budget.end());
  std::fill_n(state.budget.begin(), shift, std::uint8_t{0});
}

void lock(LockoutState& state, const LockoutPolicy& policy, std::int64_t now, bool root) noexcept {
  std::int64_t length = root ? policy.root_unlock_time : policy.unlock_time;
  for (unsigned i = 0; !root && i < state.locks && length < policy.max_unlock_time; ++i) length *= 2;
  if (!root) length = std::min(length, std::max(policy.max_unlock_time, policy.unlock_time));
  state.locked_since = now;
  state.locked_until = now + length;
  if (state.locks < UINT8_MAX) ++state.locks;
  state.recent.fill(0);
  state.recent_count = 0;
}

}  // namespace

LockoutPolicy LockoutPolicy::pci() noexcept {
  LockoutPolicy policy;
  policy.failures = 10;
  policy.fail_interval = 30 * 60;
  return policy;
}

LockoutPolicy LockoutPolicy::cis() noexcept {
  LockoutPolicy policy;
  policy.unlock_time = 15 * 60;
  policy.even_deny_root = true;
  return policy;
}

LockoutPolicy LockoutPolicy::stig() noexcept {
  LockoutPolicy policy;
  policy.failures = 3;
  policy.unlock_time = policy.max_unlock_time = kForever;
  policy.even_deny_root = true;
  return policy;
}

namespace lockout {

void settle(LockoutState& state, const LockoutPolicy& policy, std::int64_t now) noexcept {
  if (state.locked_until != 0 && state.locked_since > now) {
    state.locked_until = now + (state.locked_until - state.locked_since);
    state.locked_since = now;
  }
  if (state.locked_until != 0 && state.locked_until <= now) state.locked_since = state.locked_until = 0;
  for (std::uint8_t i = 0; i < state.recent_count; ++i) state.recent[i] = std::min(state.recent[i], now);
  forget_old_failures(state, now - policy.fail_interval);
  turn_budget(state, now / kDay);
}

Gate gate(const LockoutState& state, const LockoutPolicy& policy, bool root) noexcept {
  if (root && !policy.even_deny_root) return Gate::open;
  if (state.locked_until != 0) return Gate::locked;
  if (policy.consecutive_limit != 0 && state.consecutive >= policy.consecutive_limit) return Gate::suspended;
  if (policy.monthly_limit != 0 && budget_used(state) >= policy.monthly_limit) return Gate::suspended;
  return Gate::open;
}

void charge(LockoutState& state, const LockoutPolicy& policy, std::int64_t now, bool root) noexcept {
  ++state.charged;
  if (state.consecutive < UINT32_MAX) ++state.consecutive;
  turn_budget(state, now / kDay);
  if (state.budget[0] < UINT8_MAX) ++state.budget[0];
  if (state.recent_count == LockoutState::kMaxRecent) {
    std::move(state.recent.begin() + 1, state.recent.end(), state.recent.begin());
    --state.recent_count;
  }
  state.recent[state.recent_count++] = now;
  if (state.recent_count >= policy.failures && state.locked_until == 0) lock(state, policy, now, root);
}

unsigned attempts_left(const LockoutState& state, const LockoutPolicy& policy) noexcept {
  if (state.locked_until != 0) return 0;
  return policy.failures > state.recent_count ? policy.failures - state.recent_count : 0;
}

bool complete(LockoutState& state, std::uint64_t charged_then) noexcept {
  if (state.charged != charged_then) return false;
  const bool anything = state.recent_count != 0 || state.locks != 0 || state.consecutive != 0;
  state.recent.fill(0);
  state.recent_count = 0;
  state.locks = 0;
  state.consecutive = 0;
  return anything;
}

void unlock(LockoutState& state) noexcept {
  const std::uint64_t charged = state.charged;
  state = {};
  state.charged = charged;
}

LockoutState stricter(LockoutState a, LockoutState b) noexcept {
  const std::int64_t day = std::max(a.budget_day, b.budget_day);
  turn_budget(a, day);
  turn_budget(b, day);
  for (std::size_t i = 0; i < a.budget.size(); ++i) a.budget[i] = std::max(a.budget[i], b.budget[i]);
  if (b.locked_until > a.locked_until) {
    a.locked_since = b.locked_since;
    a.locked_until = b.locked_until;
  }
  a.locks = std::max(a.locks, b.locks);
  a.consecutive = std::max(a.consecutive, b.consecutive);
  a.charged = std::max(a.charged, b.charged);
  std::array<std::int64_t, 2 * LockoutState::kMaxRecent> both{};
  const auto end = std::set_union(a.recent.begin(), a.recent.begin() + a.recent_count, b.recent.begin(),
                                  b.recent.begin() + b.recent_count, both.begin());
  const auto count = std::min<std::ptrdiff_t>(end - both.begin(), LockoutState::kMaxRecent);
  a.recent.fill(0);
  std::copy(end - count, end, a.recent.begin());
  a.recent_count = static_cast<std::uint8_t>(count);
  return a;
}

unsigned budget_used(const LockoutState& state) noexcept {
  unsigned sum = 0;
  for (const std::uint8_t day : state.budget) sum += day;
  return sum;
}

}  // namespace lockout
}  // namespace umbra
