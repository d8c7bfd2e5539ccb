#include "daemon/service/audit.hpp"

#include <string>
#include <utility>

#include "common/reason.hpp"

namespace umbra {

void Audit::write(const AuditEntry& entry) {
  Event event;
  event.priority = entry.accepted ? LOG_INFO : LOG_NOTICE;
  event.event = entry.event;
  event.user = entry.user;
  event.service = entry.service;
  event.source = entry.source;
  event.verdict = entry.accepted ? "accepted" : "refused";
  event.reason = wire::word(entry.reason);
  log_.write(event);

  const std::lock_guard lock(mutex_);
  if (!(entry.accepted ? accepted_ : refused_).take(clock_.steady())) return;
  if (waiting_.size() == kMostWaiting) {
    ++lost_;
    return;
  }
  const std::uint32_t dropped = accepted_.take_dropped() + refused_.take_dropped() + std::exchange(lost_, 0);
  waiting_.push_back({clock_.wall(), dropped, entry.accepted, entry.reason, std::string(entry.event),
                      std::string(entry.user), std::string(entry.service), std::string(entry.source)});
}

// What cannot be written stays in the log; the next entry tells how many are missing here.
void Audit::flush() {
  const std::lock_guard one(flush_);
  std::vector<TrailLine> lines;
  {
    const std::lock_guard lock(mutex_);
    lines.swap(waiting_);
  }
  if (lines.empty()) return;
  const auto result = trail_.append(lines);
  if (result) return;
  log_.note(LOG_ERR, "the audit trail could not be written: " + result.error());
  const std::lock_guard lock(mutex_);
  for (const TrailLine& line : lines) lost_ += 1 + line.dropped;
}

}  // namespace umbra
