// backup, restore and db check: all records as the lines of a file, page by page, and back; ruled by ARCHITECTURE.md,
// "Backup and restore".
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "daemon/service/call.hpp"
#include "daemon/service/context.hpp"
#include "daemon/service/restore_run.hpp"
#include "daemon/store/snapshot.hpp"

namespace umbra {

// One backup and one restore at a time, each known by a number that its next requests bring.
class Archivist {
 public:
  static constexpr std::int64_t kIdle = 30;          // seconds; then nobody goes on with it, and it is dropped
  static constexpr std::int64_t kLongest = 30 * 60;  // seconds that a snapshot may make LMDB's file grow

  // `ring_file`: of the ring in use.
  Archivist(Context& context, LmdbStore& store, std::string ring_file);
  ~Archivist();

  // All on the lookup lane: they wait for the disk.
  void backup_begin(const CallPtr& call);
  void backup_page(const CallPtr& call);
  void restore(const CallPtr& call);
  void restore_page(const CallPtr& call);
  void restore_end(const CallPtr& call);
  void inspect(const CallPtr& call);

  // Drops what nobody goes on with.
  void sweep();

 private:
  struct Backup;
  struct Run;
  void drop_old();
  bool begin_lines(Backup& backup, bool with_keys);
  void next_page(Backup& backup);
  void audit(std::string_view event, bool accepted);

  Context& context_;
  LmdbStore& store_;
  const std::string ring_file_;
  std::mutex mutex_;
  std::unique_ptr<Backup> backup_;  // guarded by mutex_, as is the one below
  std::unique_ptr<Run> run_;
};

}  // namespace umbra
