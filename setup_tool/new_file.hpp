// A file that did not exist before, readable by its owner alone, and gone again unless it is kept.
#pragma once

#include <string>

#include "common/cursor.hpp"

namespace umbra {

class NewFile {
 public:
  // Mode 0600. Throws Failure (usage) where something is at `path` already, a symbolic link too, or it cannot be made.
  explicit NewFile(std::string path);
  ~NewFile();
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  // Throws Failure (refused) where not all of it reached the disk.
  void write(Bytes content) const;
  void keep() noexcept { kept_ = true; }

 private:
  std::string path_;
  int fd_;
  bool kept_ = false;
};

}  // namespace umbra
