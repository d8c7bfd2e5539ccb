#include "daemon/service/restore_run.hpp"

namespace umbra {

using wire::Obstacle;

Obstacle RestoreRun::take(std::string_view lines) {
  while (!lines.empty()) {
    const auto end = lines.find('\n');
    if (end == lines.npos && lines.size() < wire::kMaxBackupPage) return Obstacle::incomplete;
    if (end == lines.npos) return take_line(lines);  // longer than any of ours
    if (const Obstacle obstacle = take_line(lines.substr(0, end)); obstacle != Obstacle::none) return obstacle;
    lines.remove_prefix(end + 1);
  }
  return Obstacle::none;
}

Obstacle RestoreRun::take_line(std::string_view line) {
  using Kind = BackupReader::Kind;
  BackupReader::Line read;
  if (const Obstacle obstacle = reader_.take(line, read); obstacle != Obstacle::none) return obstacle;
  switch (read.kind) {
    case Kind::head:
    case Kind::key: break;
    case Kind::check: return take_check(read.token);
    case Kind::user: return take_user(read.token);
    case Kind::end:
      if (!is_end(context_.ring, read.token, reader_.users(), reader_.digest(), context_.clock.wall()))
        return Obstacle::changed;
      break;
  }
  return Obstacle::none;
}

Obstacle RestoreRun::take_check(std::string_view token) {
  if (!is_check(context_.ring, token, context_.clock.wall())) return Obstacle::foreign_ring;
  restoration_ = std::make_unique<Restoration>(store_, reader_.head().epoch, keep_backup_codes_);
  return Obstacle::none;
}

// A record that does not open is a wrong ring's fault where the backup names a key that this one does not have.
Obstacle RestoreRun::take_user(std::string_view token) {
  const Obstacle obstacle = restoration_->add(token);
  if (obstacle != Obstacle::record) return obstacle;
  return has_keys(context_.ring, reader_.head().ring) ? Obstacle::record : Obstacle::foreign_ring;
}

tl::expected<Restoration::Outcome, Obstacle> RestoreRun::end() {
  if (!reader_.ended()) return tl::unexpected(Obstacle::incomplete);
  return restoration_->commit(context_.settings.get()->totp.window);
}

std::uint64_t RestoreRun::line(Obstacle obstacle) const noexcept {
  return reader_.lines() + (obstacle == Obstacle::incomplete ? 1 : 0);
}

}  // namespace umbra
