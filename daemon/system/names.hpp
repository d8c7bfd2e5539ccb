// Users and groups as the system's name services know them; may wait for a network: never on the event loop.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

namespace umbra {

struct Account {
  std::string name;  // canonical: pw_name, however the caller spelt it
  uid_t uid = static_cast<uid_t>(-1);
  gid_t gid = static_cast<gid_t>(-1);
};

// 1 to wire::kMaxUser bytes, no control bytes, no '/' or ':', no blank at either end, no '-' in front. Names like
// DOMAIN\user and user@realm pass. What fails here is asked of nobody and names no record.
bool plausible_user_name(std::string_view name) noexcept;

class Names {
 public:
  virtual ~Names() = default;

  // Nothing where nobody has this name or uid; an errno where the name services could not say.
  [[nodiscard]] virtual tl::expected<std::optional<Account>, int> find_user(std::string_view name) const = 0;
  [[nodiscard]] virtual tl::expected<std::optional<Account>, int> find_uid(uid_t uid) const = 0;
  // Names of all groups of this user. Throws std::system_error where the name services could not say: a group that
  // gets lost would be a rule that gets lost.
  [[nodiscard]] virtual std::vector<std::string> groups_of(const Account& account) const = 0;
};

class SystemNames final : public Names {
 public:
  [[nodiscard]] tl::expected<std::optional<Account>, int> find_user(std::string_view name) const override;
  [[nodiscard]] tl::expected<std::optional<Account>, int> find_uid(uid_t uid) const override;
  [[nodiscard]] std::vector<std::string> groups_of(const Account& account) const override;
};

}  // namespace umbra
