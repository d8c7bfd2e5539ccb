// A disk and an LMDB that fail when a test says so: the linker hands our calls of pread, pwrite, mdb_txn_begin and
// mdb_txn_commit to them.
#pragma once

#include <atomic>
#include <functional>

namespace umbra::test {

// The disk takes the bytes or not, and may say that it failed though it took them; full: it takes none and says no
// more; interrupted: the next call alone.
enum class Disk { works, fails, takes_and_fails, full, interrupted };

inline std::atomic<Disk> disk = Disk::works;
inline std::atomic<bool> lmdb_fails = false, reads_fail = false, reads_interrupted = false;
inline std::function<void()> beside_lmdb;                  // what happens while LMDB commits
inline std::function<void()> before_reading;               // and once, before the next transaction that reads begins
inline std::atomic<unsigned> writes = 0, synchronous = 0;  // those that were durable when they returned

}  // namespace umbra::test
