// A new file that has its name only once all of it is on disk, readable by its owner alone.
#pragma once

#include <string>
#include <string_view>

namespace umbra {

class WholeFile {
 public:
  // Written beside `path` under a name of its own. Throws Failure (usage) where something is at `path` already, or
  // nothing can be made there.
  explicit WholeFile(std::string path);
  ~WholeFile();  // without publish() nothing stays
  WholeFile(const WholeFile&) = delete;
  WholeFile& operator=(const WholeFile&) = delete;

  // Throws Failure (usage) where the file system does not keep others from reading it.
  void require_private() const;
  // Throws Failure (refused) where the disk does not take it.
  void write(std::string_view text) const;
  // Durable on return; never over what came there meanwhile. Throws Failure (refused, usage).
  void publish();

 private:
  std::string path_, beside_;
  int fd_;
  bool published_ = false;
};

}  // namespace umbra
