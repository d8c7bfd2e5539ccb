// The folder of the database, which one process owns at a time; ruled by ARCHITECTURE.md, "On disk".
#pragma once

#include <string>

#include "common/descriptor.hpp"

namespace umbra {

// `lock` inside it is held (flock) as long as this lives.
class StateDirectory {
 public:
  explicit StateDirectory(std::string path);  // created 0700 where missing; throws std::runtime_error with one line
  StateDirectory(const StateDirectory&) = delete;
  StateDirectory& operator=(const StateDirectory&) = delete;
  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  void sync() const;  // the folder's own entries

 private:
  std::string path_;
  Descriptor lock_;
};

}  // namespace umbra
