// The file `epoch` beside the database: how far the database had come, so that an older one in its place is known for
// what it is; ruled by ARCHITECTURE.md, "Backup and restore".
#pragma once

#include <cstdint>
#include <string>

#include "common/descriptor.hpp"
#include "daemon/store/journal.hpp"
#include "daemon/store/state_directory.hpp"

namespace umbra {

class EpochFile {
 public:
  struct Mark {
    JournalId lineage;
    std::uint64_t generation = 0;
    std::uint64_t batch = 0;  // number of the newest batch that LMDB has
  };
  enum class Found : std::uint8_t { missing, damaged, whole };

  // Throws std::runtime_error with one line where there is a file that cannot be read.
  static Found read(const StateDirectory& directory, Mark& mark);

  // Writes `mark` into the file that was found whole, or else into a new one in its place; durable on return. Only the
  // latter needs room on the disk. Throws std::runtime_error with one line.
  EpochFile(const StateDirectory& directory, const Mark& mark, Found found);

  // Over what is there: one sector, which a disk writes whole or not at all. Durable on return; false, and nothing
  // changed, where the disk does not take it.
  [[nodiscard]] bool write(const Mark& mark) const noexcept;

 private:
  Descriptor file_;
};

}  // namespace umbra
