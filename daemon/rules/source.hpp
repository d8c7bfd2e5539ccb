// Where a login comes from, and how many failures one place may have: a sliding window in bounded memory, so that one
// source cannot lock a user out for all others; ruled by ARCHITECTURE.md, "Sources". Pure: time is an argument.
#pragma once

#include <array>
#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "daemon/rules/policy.hpp"

namespace umbra {

struct Source {
  // none: told by somebody who could write anything, or by a name server; it is logged, and has no budget.
  enum class Kind : std::uint8_t { none, address, terminal };

  Kind kind = Kind::none;
  std::string text;  // as it was told: for the log

  // An address where `rhost` is one, else the terminal where `tty` names one ("ssh" is none: all its logins share it).
  static Source of(std::string_view rhost, std::string_view tty);
  // Whose budget it is: "192.0.2.7", "2001:db8::/64", "/dev/tty1"; empty: nobody's.
  [[nodiscard]] std::string budget() const;
};

struct SourcePolicy {
  unsigned failures = 20;           // from one source ...
  std::int64_t interval = 15 * 60;  // ... within so many seconds, then it is refused
  std::vector<Network> exempt;      // these have no budget

  [[nodiscard]] bool spares(const Source& source) const;
};

// Never more than kMost sources: the one that failed longest ago is forgotten first.
class SourceBudgets {
 public:
  static constexpr std::size_t kMost = 4096;

  // `now`: unix seconds of Clock::steady. An empty budget is always open.
  [[nodiscard]] bool open(const std::string& budget, const SourcePolicy& policy, std::int64_t now) const;
  void charge(const std::string& budget, const SourcePolicy& policy, std::int64_t now);
  // Forgets what counts no more.
  void clean(const SourcePolicy& policy, std::int64_t now);
  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }

 private:
  // The window is cut into slices of whole seconds and the oldest counts whole until it has passed: never more than the
  // limit in any interval, and forgiven late by a slice (or by what whole seconds add to an interval below a minute).
  static constexpr std::int64_t kSlices = 15;
  struct Entry {
    std::string budget;
    std::array<std::uint16_t, kSlices + 1> counts{};  // by slice number, modulo their number
    std::int64_t last = 0;                            // slice of the last failure
  };
  using Entries = std::list<Entry>;

  static std::int64_t slice(const SourcePolicy& policy, std::int64_t now) noexcept;
  static bool is_ahead(const Entry& entry, std::int64_t now_slice) noexcept;
  static unsigned used(const Entry& entry, std::int64_t now_slice) noexcept;

  Entries entries_;  // the last to fail first
  std::unordered_map<std::string_view, Entries::iterator> by_budget_;
};

}  // namespace umbra
