// Name services that know the users they were told of, and answer at once.
#pragma once

#include <map>
#include <stdexcept>
#include <string>

#include "daemon/system/names.hpp"

namespace umbra::test {

class FakeNames final : public Names {
 public:
  struct User {
    uid_t uid = 0;
    std::vector<std::string> groups = {};
  };

  std::map<std::string, User, std::less<>> users = {{"root", {0}}, {"alice", {1000}}, {"bob", {1001}}};
  bool down = false;  // the directory does not answer

  [[nodiscard]] tl::expected<std::optional<Account>, int> find_user(std::string_view name) const override {
    if (down) return tl::unexpected(5);
    const auto found = users.find(name);
    if (found == users.end()) return std::nullopt;
    return account(*found);
  }
  [[nodiscard]] tl::expected<std::optional<Account>, int> find_uid(uid_t uid) const override {
    if (down) return tl::unexpected(5);
    for (const auto& user : users)
      if (user.second.uid == uid) return account(user);
    return std::nullopt;
  }
  [[nodiscard]] std::vector<std::string> groups_of(const Account& account) const override {
    if (down) throw std::runtime_error("the directory does not answer");
    return users.at(account.name).groups;
  }

 private:
  static Account account(const std::pair<const std::string, User>& user) {
    return {user.first, user.second.uid, user.second.uid};
  }
};

}  // namespace umbra::test
