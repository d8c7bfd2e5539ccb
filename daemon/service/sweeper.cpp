#include "daemon/service/sweeper.hpp"

#include <algorithm>
#include <vector>

namespace umbra {

bool Sweeper::has_run_out(const Record& record) const {
  const std::int64_t now = context_.clock.steady();
  return record.lockout.locked_since > now || (record.bypass && !record.bypass->live(now)) ||
         std::any_of(record.reservations.begin(), record.reservations.end(),
                     [&](const Reservation& r) { return r.since + kReservationLife < now || r.since > now; });
}

void Sweeper::sweep() {
  const auto config = context_.settings.get();
  context_.sources.clean(config->source, context_.clock.steady());
  std::vector<std::string> users;
  std::size_t looked_at = 0;
  std::string last;
  const auto result = context_.store.walk(after_, [&](std::string_view user, const Record* record) {
    if (record != nullptr && has_run_out(*record)) users.emplace_back(user);
    last = user;
    return ++looked_at < kMostRecords;
  });
  if (!result) return context_.log.note(LOG_ERR, "clean-up: " + result.error());
  after_ = looked_at < kMostRecords ? std::string() : last;
  struct Done {};
  for (const std::string& user : users) {
    Attempt now;
    now.steady = context_.clock.steady();
    context_.committer.update<Done>(
        user,
        [now, rules = rules_of(*config)](std::optional<Record>& record, Done&) {
          if (record) settle_expired(*record, now, rules);
          return record.has_value();
        },
        [](const Done*) {});
  }
}

}  // namespace umbra
