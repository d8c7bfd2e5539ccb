// The files of PAM and sshd on this machine, or in a copy of one below a folder; ruled by pam.d(5).
#pragma once

#include "setup_tool/doctor/pam_paths.hpp"
#include "setup_tool/doctor/sshd_config.hpp"

namespace umbra {

inline constexpr char kSshdConfig[] = "/etc/ssh/sshd_config";

class Tree {
 public:
  // Empty: this machine.
  explicit Tree(std::string root) : root_(std::move(root)) {}

  [[nodiscard]] pam::ReadFile pam_files() const;
  // Where findings say that they are: without the root.
  [[nodiscard]] sshd::ReadFiles sshd_files() const;
  // Every service with a file of its own, by name.
  [[nodiscard]] std::vector<std::string> services() const;
  // Where there is no folder of modules at all, all are taken for installed.
  [[nodiscard]] pam::Installed installed() const;

 private:
  [[nodiscard]] std::optional<pam::File> file(const std::string& path) const;

  std::string root_;
};

}  // namespace umbra
