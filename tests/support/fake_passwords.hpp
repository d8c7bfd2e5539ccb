// Passwords that a test knows, and how often it was asked about them.
#pragma once

#include <atomic>
#include <functional>
#include <map>

#include "daemon/system/passwords.hpp"

namespace umbra::test {

class FakePasswords final : public Passwords {
 public:
  PasswordVerdict check(const std::string& user, std::string_view password) const override {
    ++asked;
    if (before) before();
    if (broken) return PasswordVerdict::unavailable;
    const auto known = of.find(user);
    return known != of.end() && known->second == password ? PasswordVerdict::right : PasswordVerdict::wrong;
  }

  std::map<std::string, std::string> of = {{"alice", "alice's password"}, {"bob", "bob's password"}};
  bool broken = false;
  std::function<void()> before;  // runs in each check: to hold it up
  mutable std::atomic<unsigned> asked = 0;
};

}  // namespace umbra::test
