// What umbra-totp asks of the daemon for administrators: bypass codes, the audit trail, the rules; ruled by
// ARCHITECTURE.md, "Wire format".
#pragma once

#include "common/protocol.hpp"

namespace umbra::wire {

struct Bypass {
  static constexpr Op kOp = Op::bypass;
  std::string_view user;
  std::uint32_t valid = 0;  // seconds, 1 to kMaxBypass
  template <class Cursor, class Self>
  static void fields(Cursor& c, Self& m) {
    c.field(m.user, kMaxUser);
    c.field(m.valid);
  }
};
inline constexpr std::uint32_t kMaxBypass = 7 * 24 * 60 * 60;  // seconds

struct BypassReply {
  std::string_view user, code;  // XXXX-XXXX
  std::int64_t expires_at = 0;  // unix seconds
  bool locked = false;          // a lock refuses this code too, until it ends
  template <class Cursor, class Self>
  static void fields(Cursor& c, Self& m) {
    c.field(m.user, kMaxUser);
    c.field(m.code, kMaxAnswer);
    c.field(m.expires_at);
    c.field(m.locked);
  }
};

// Entries in the order in which they happened: the last `last` of them, or, where that is 0, those behind `after`.
struct TrailOf {
  static constexpr Op kOp = Op::trail;
  std::string_view user;  // empty: of everybody
  std::uint64_t after = 0;
  std::uint32_t last = 0;
  template <class Cursor, class Self>
  static void fields(Cursor& c, Self& m) {
    c.field(m.user, kMaxUser);
    c.field(m.after);
    c.field(m.last);
  }
};

struct TrailEntry {
  std::uint64_t number = 0;   // counts up from 1 and is never used again
  std::int64_t time = 0;      // unix seconds
  std::uint32_t dropped = 0;  // entries before this one that a flood cost
  bool accepted = false;
  std::uint8_t reason = 0;  // Reason
  std::string_view event, user, service, source;
  template <class Cursor, class Self>
  static void fields(Cursor& c, Self& m) {
    c.field(m.number);
    c.field(m.time);
    c.field(m.dropped);
    c.field(m.accepted);
    c.field(m.reason);
    c.field(m.event, kMaxEvent);
    c.field(m.user, kMaxUser);
    c.field(m.service, kMaxService);
    c.field(m.source, kMaxRhost);
  }
};

struct TrailReply {
  bool more = false;       // ask again with after = last
  std::uint64_t last = 0;  // the last entry that was looked at, shown or not
  std::uint16_t count = 0;
  Bytes items;  // `count` TrailEntries, one behind the other
  template <class Cursor, class Self>
  static void fields(Cursor& c, Self& m) {
    c.field(m.more);
    c.field(m.last);
    c.field(m.count);
    c.field(m.items, kMaxTrailItems);
  }
};

struct Explain {
  static constexpr Op kOp = Op::explain;
  std::string_view user, service, source;  // source: an address, or empty for a local login
  template <class Cursor, class Self>
  static void fields(Cursor& c, Self& m) {
    c.field(m.user, kMaxUser);
    c.field(m.service, kMaxService);
    c.field(m.source, kMaxRhost);
  }
};

enum class Factor : std::uint8_t { required = 1, optional = 2, exempt = 3, enrol = 4 };

struct ExplainReply {
  std::string_view user;
  std::uint16_t rule = 0;   // counted from 1 in the file's order; 0: none matches
  std::uint32_t line = 0;   // where that [[rule]] begins in config.toml
  std::uint8_t factor = 0;  // Factor
  bool enabled = false, enforced = false, locked = false, source_locked = false;
  template <class Cursor, class Self>
  static void fields(Cursor& c, Self& m) {
    c.field(m.user, kMaxUser);
    c.field(m.rule);
    c.field(m.line);
    c.field(m.factor);
    c.field(m.enabled);
    c.field(m.enforced);
    c.field(m.locked);
    c.field(m.source_locked);
  }
};

}  // namespace umbra::wire
