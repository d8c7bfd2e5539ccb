// One log line and one entry of the audit trail for each decision: who, where, verdict and why; never a code, and no
// name that nobody has; ruled by ARCHITECTURE.md, "Audit trail".
#pragma once

#include <mutex>
#include <string_view>
#include <vector>

#include "daemon/rules/flood_limit.hpp"
#include "daemon/store/trail.hpp"
#include "daemon/system/clock.hpp"
#include "daemon/system/log.hpp"

namespace umbra {

struct AuditEntry {
  std::string_view event, user, service, source;
  bool accepted = false;
  wire::Reason reason = wire::Reason::unspecified;
};

// Stand for names that may be a password which was typed too early.
inline constexpr std::string_view kNobody = "(unknown or not enrolled)";
inline constexpr std::string_view kForeignChallenge = "(expired or foreign challenge)";
// The service of what the tool asks for.
inline constexpr std::string_view kToolService = "umbra-totp";

class Audit {
 public:
  Audit(const Log& log, Trail& trail, const Clock& clock) : log_(log), trail_(trail), clock_(clock) {}

  // On any thread. The log has the line at once, the trail with the next flush: no login waits for it.
  void write(const AuditEntry& entry);
  // On return what waited is durable, or the log says that it is not. Never on the event loop's or the committer's
  // thread: it waits for the disk.
  void flush();

 private:
  // A flood of refusals must not push what matters out of the trail: refusals have a bucket of their own.
  static constexpr std::int64_t kRefusedRate = 50, kRefusedBurst = 1000;     // entries a second, entries
  static constexpr std::int64_t kAcceptedRate = 500, kAcceptedBurst = 2000;  // entries a second, entries
  static constexpr std::size_t kMostWaiting = 8192;                          // where the disk stands still

  const Log& log_;
  Trail& trail_;
  const Clock& clock_;
  std::mutex flush_;                // entries are numbered in the order in which they came
  std::mutex mutex_;                // whoever wants both takes it last
  std::vector<TrailLine> waiting_;  // guarded by mutex_, as are the three below
  FloodLimit refused_{kRefusedRate, kRefusedBurst};
  FloodLimit accepted_{kAcceptedRate, kAcceptedBurst};
  std::uint32_t lost_ = 0;  // where the disk stood still
};

}  // namespace umbra
