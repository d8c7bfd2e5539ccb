// The log of all that a process writes and syncs in one folder and those in it, taken below LMDB, journal and key ring.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace umbra::test {

struct DiskEvent {
  enum class Kind { write, durable_write, sync, folder_sync, renamed, acknowledged } kind;
  std::string file;  // its path in the folder ("." is the folder); renamed: the new one
  std::uint64_t at = 0;
  std::string bytes;  // renamed: the old name
};

inline std::string logged_folder;  // empty: nothing is logged
inline std::vector<DiskEvent> disk_log;

void log_acknowledged();

// Runs once, in the middle of the next checkpoint: what another thread writes to the journal meanwhile.
inline std::function<void()> before_commit;

// What the controls take away.
inline unsigned extra_lmdb_flags = 0;
inline bool journal_is_lazy = false;

}  // namespace umbra::test
