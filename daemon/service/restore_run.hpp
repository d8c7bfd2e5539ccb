// One restore under way: takes the lines of a backup, page by page, and at their end puts what they say in the place of
// all records; ruled by ARCHITECTURE.md, "Backup and restore".
#pragma once

#include <memory>
#include <string_view>

#include "daemon/service/backup_text.hpp"
#include "daemon/service/context.hpp"
#include "daemon/store/restoration.hpp"

namespace umbra {

// After an obstacle it is over, and nothing was changed. Throws where the disk does not go along: likewise.
class RestoreRun {
 public:
  RestoreRun(Context& context, LmdbStore& store, bool keep_backup_codes)
      : context_(context), store_(store), keep_backup_codes_(keep_backup_codes) {}

  // Whole lines, each with its end.
  wire::Obstacle take(std::string_view lines);
  // Those were all. Durable on return.
  tl::expected<Restoration::Outcome, wire::Obstacle> end();

  // Of the file, counted from 1: the line that the obstacle is about.
  [[nodiscard]] std::uint64_t line(wire::Obstacle obstacle) const noexcept;
  [[nodiscard]] std::uint64_t users() const noexcept { return reader_.users(); }
  [[nodiscard]] std::uint64_t total() const noexcept { return reader_.head().users; }

 private:
  wire::Obstacle take_line(std::string_view line);
  wire::Obstacle take_check(std::string_view token);
  wire::Obstacle take_user(std::string_view token);

  Context& context_;
  LmdbStore& store_;
  const bool keep_backup_codes_;
  BackupReader reader_;
  std::unique_ptr<Restoration> restoration_;  // behind the check line
};

}  // namespace umbra
