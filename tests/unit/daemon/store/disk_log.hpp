// The log of all that a process writes and syncs in one folder, taken below LMDB and the journal.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace umbra::test {

struct DiskEvent {
  enum class Kind { write, durable_write, sync, folder_sync, acknowledged } kind;
  std::string file;  // its name in the folder
  std::uint64_t at = 0;
  std::string bytes;
};

inline std::string logged_folder;  // empty: nothing is logged
inline std::vector<DiskEvent> disk_log;

// What the controls take away.
inline unsigned extra_lmdb_flags = 0;
inline bool journal_is_lazy = false;

}  // namespace umbra::test
