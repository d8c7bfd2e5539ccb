// What keeps the records: one writing operation, a batch of (user, mutation); ruled by ARCHITECTURE.md, "Store".
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "daemon/rules/record.hpp"

namespace umbra {

// One line for the log. The caller is told "unavailable": a record that does not open is never a verdict.
using StoreError = std::string;

// Looks at a user's record and may change, create or forget (reset) it; true: write what is there now. It may run
// more than once and so has no side effect but its own outcome, which each run overwrites; it brings its own time.
using Mutation = std::function<bool(std::optional<Record>&)>;

struct Change {
  std::string user;
  Mutation mutate;
  std::optional<StoreError> error;  // set by apply(): this change alone was left out
  bool damaged_too = false;         // what does not open is shown to `mutate` as a record that says nothing
};

class Store {
 public:
  virtual ~Store() = default;

  virtual tl::expected<std::optional<Record>, StoreError> read(const std::string& user) = 0;

  // Runs all mutations in order and writes what they ask for in one step that is durable on return. An error means
  // that nothing of the batch was written.
  virtual tl::expected<void, StoreError> apply(std::span<Change> batch) = 0;

  // Users in name order after `after`, until `each` returns false. A record that does not open is passed as nullptr.
  virtual tl::expected<void, StoreError> walk(
      const std::string& after, const std::function<bool(std::string_view user, const Record* record)>& each) = 0;
};

// Records that stand in for users without one, so that refusing them costs what refusing anybody costs. There is a
// fixed number of them: an attempt can never create a row. Their names start with a byte that no user name has.
inline constexpr unsigned kDecoys = 16;
std::string decoy_name(std::string_view unknown_user);
inline bool is_decoy(std::string_view name) noexcept { return !name.empty() && name.front() == '\0'; }

}  // namespace umbra
