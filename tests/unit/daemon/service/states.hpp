// The states of a user that requests are asked in: states_test.cpp and device_states_test.cpp.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/whole_daemon.hpp"

namespace umbra::test {

struct Subject : WholeDaemon {
  Subject() {
    configure([](Config& config) {
      config.backup_code_count = 1;
      config.allow_export = true;
    });
  }

  Login login;  // as the module asks in this state
  std::vector<std::string> backup_codes = {"ABCD-EFGH"};
};

// Hashed once for all cells of the table.
inline Record enrolled_with_codes(Subject& subject) {
  static const auto kCodes = make_backup_codes(2, kNow);
  Record alice = enrolled();
  alice.backup = kCodes->set;
  subject.backup_codes = {std::string(text(*kCodes).substr(0, 9))};
  return alice;
}

inline Record without_factor() {
  Record alice = enrolled();
  alice.active.reset();
  return alice;
}

inline void make_locked(Record& record) {
  record.lockout.locked_since = kNow;
  record.lockout.locked_until = kNow + 1800;
}

inline const std::vector<std::pair<std::string, std::function<void(Subject&)>>> kStates = {
    {"unknown", [](Subject& s) { s.names().users.erase("alice"); }},
    {"none", [](Subject&) {}},
    {"pending",
     [](Subject& s) {
       Record alice = without_factor();
       alice.pending = credential();
       s.storage().put(alice);
     }},
    {"enabled", [](Subject& s) { s.storage().put(enrolled_with_codes(s)); }},
    {"enforced",
     [](Subject& s) {
       Record alice = without_factor();
       alice.enforced = true;
       s.storage().put(alice);
     }},
    {"locked",
     [](Subject& s) {
       Record alice = enrolled_with_codes(s);
       make_locked(alice);
       s.storage().put(alice);
     }},
    {"suspended",
     [](Subject& s) {
       Record alice = enrolled_with_codes(s);
       alice.lockout.consecutive = 100;
       s.storage().put(alice);
     }},
    {"exempt",
     [](Subject& s) {
       s.storage().put(enrolled_with_codes(s));
       s.configure([](Config& config) {
         Rule rule;
         rule.second_factor = SecondFactor::exempt;
         config.policy.rules = {rule};
       });
     }},
};

}  // namespace umbra::test
