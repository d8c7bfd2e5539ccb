// Whether sshd asks PAM, and so for a code, on every way in; ruled by sshd_config(5). Pure.
#pragma once

#include <map>

#include "setup_tool/doctor/finding.hpp"
#include "setup_tool/doctor/sshd_config.hpp"

namespace umbra::sshd {

struct Server {
  std::string path;                         // its main file
  std::vector<Setting> settings;            // as the files say
  std::map<std::string, std::string> told;  // as `sshd -T` says; empty where it was not asked
  bool code_in_password = false;            // the PAM line finds the code in the password: forward_pass and others

  // The value that holds for everybody, in lower case.
  [[nodiscard]] std::string value(const std::string& keyword) const;
};

Findings judge(const Server& server);
// Each way in begins with something that the PAM stack does not ask for.
bool key_comes_first(const Server& server);
// The lines of `sshd -T`.
std::map<std::string, std::string> read_told(const std::string& output);

}  // namespace umbra::sshd
