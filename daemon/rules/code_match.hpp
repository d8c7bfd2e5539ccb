// A typed code held against a user's devices: which steps have it, and those are spent; ruled by ARCHITECTURE.md,
// "Several devices". Pure.
#pragma once

#include <array>
#include <cstdint>

#include "daemon/rules/record.hpp"

namespace umbra {

struct Attempt;
struct Rules;

// A credential that may have made the code, and what of it was spent.
struct Factor {
  const Credential* credential = nullptr;
  ReplayWindow* window = nullptr;
};

// Those that an answer is held against, by their places.
class Factors {
 public:
  // A single one, which need not be the record's.
  Factors(const Credential& credential, ReplayWindow& window) noexcept { add(credential, window); }
  // All devices of an enabled user.
  explicit Factors(Record& record) noexcept;

  [[nodiscard]] std::span<const Factor> all() const noexcept { return {factors_.data(), count_}; }
  // Some device makes codes of so many digits.
  [[nodiscard]] bool any_of(unsigned digits) const noexcept;

 private:
  void add(const Credential& credential, ReplayWindow& window) noexcept;

  std::array<Factor, kMaxDevices> factors_;  // no allocation: every login comes through here
  std::size_t count_ = 0;
};

struct Matches {
  bool any = false;          // some step of some window has this code
  bool open = false;         // at least one such step was not spent
  std::uint8_t device = 0;   // where open: the place of the first device that had one
  std::uint64_t lowest = 0;  // and that device's lowest step with this code
};

// Every step of every device's window is computed and compared, whatever matched before it and however long the code
// is, so that the time tells nothing. All steps with this code are spent with it.
Matches match_and_spend(const Factors& factors, const Attempt& attempt, const Rules& rules);

}  // namespace umbra
