// A backup and a restore as the tool asks for them, through a WholeDaemon.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "tests/support/whole_daemon.hpp"

namespace umbra::test {

template <class Reply>
const Reply& said(const Answered<Reply>& answered) {
  if (answered.status != wire::Status::ok) throw std::runtime_error("status " + std::to_string(int(answered.status)));
  return answered.reply;
}

inline std::string user_of(unsigned n) { return "user" + std::to_string(100 + n); }

inline void enrol_many(WholeDaemon& daemon, unsigned count) {
  for (unsigned n = 0; n < count; ++n) daemon.storage().put(enrolled(user_of(n), 2000 + n));
}

inline void spend(WholeDaemon& daemon, const std::string& user, std::uint64_t step) {
  const auto done = daemon.storage().change(user, [step](std::optional<Record>& record) {
    record->window.spend(step);
    return true;
  });
  if (!done) throw std::runtime_error("a step cannot be spent");
}

inline bool logs_in(WholeDaemon& daemon, std::string_view answer) {
  const auto answered = daemon.log_in(kRoot, {}, answer);
  return answered.status == wire::Status::ok && answered.reply.accepted;
}

inline wire::Obstacle obstacle(std::uint8_t number) { return static_cast<wire::Obstacle>(number); }

// The lines of the pages behind the first `pages`, until the last.
inline std::string rest_of_backup(WholeDaemon& daemon, std::uint64_t id, std::uint64_t pages = 0) {
  std::string text;
  for (bool more = true; more;) {
    const auto page = daemon.send<wire::BackupPageReply>(kRoot, wire::BackupPage{id, ++pages});
    if (said(page).obstacle != 0) throw std::runtime_error("obstacle " + std::to_string(page.reply.obstacle));
    text += umbra::test::text(page.reply.lines);
    more = page.reply.more;
  }
  return text;
}

inline std::uint64_t begin_backup(WholeDaemon& daemon, bool with_keys = false) {
  const auto begun = daemon.send<wire::BackupBegun>(kRoot, wire::BackupBegin{with_keys});
  if (said(begun).obstacle != 0) throw std::runtime_error("obstacle " + std::to_string(begun.reply.obstacle));
  return begun.reply.id;
}

inline std::string make_backup(WholeDaemon& daemon, bool with_keys = false) {
  return rest_of_backup(daemon, begin_backup(daemon, with_keys));
}

inline std::uint64_t begin_restore(WholeDaemon& daemon, bool keep_backup_codes = false) {
  const auto begun = daemon.send<wire::BackupBegun>(kRoot, wire::Restore{keep_backup_codes});
  if (said(begun).obstacle != 0) throw std::runtime_error("obstacle " + std::to_string(begun.reply.obstacle));
  return begun.reply.id;
}

// What a restore came to; `at`: of an obstacle, the line.
struct Restored {
  wire::Obstacle obstacle = wire::Obstacle::none;
  std::uint64_t at = 0, users = 0, codes_dead = 0, gone = 0;
};

inline Restored send_lines(WholeDaemon& daemon, std::uint64_t id, std::string_view text) {
  for (std::uint64_t number = 1; !text.empty(); ++number) {
    std::string_view page = text.substr(0, wire::kMaxBackupPage);
    if (const auto end = page.rfind('\n'); end != page.npos) page = page.substr(0, end + 1);
    const auto answered = daemon.send<wire::RestorePageReply>(kRoot, wire::RestorePage{id, number, bytes(page)});
    if (said(answered).obstacle != 0) return {obstacle(answered.reply.obstacle), answered.reply.line};
    text.remove_prefix(page.size());
  }
  return {};
}

inline Restored end_restore(WholeDaemon& daemon, std::uint64_t id) {
  const auto answered = daemon.send<wire::RestoreEndReply>(kRoot, wire::RestoreEnd{id});
  const auto& reply = said(answered);
  return {obstacle(reply.obstacle), reply.line, reply.users, reply.codes_dead, reply.gone};
}

inline Restored restore_backup(WholeDaemon& daemon, std::string_view text, bool keep_backup_codes = false) {
  const std::uint64_t id = begin_restore(daemon, keep_backup_codes);
  const Restored sent = send_lines(daemon, id, text);
  return sent.obstacle == wire::Obstacle::none ? end_restore(daemon, id) : sent;
}

}  // namespace umbra::test
