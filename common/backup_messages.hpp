// What umbra-totp asks of the daemon for backup, restore and db check: the lines of a backup, page by page; ruled by
// ARCHITECTURE.md, "Wire format" and "Backup and restore".
#pragma once

#include "common/protocol.hpp"

namespace umbra::wire {

// Whole lines, each with its end. The longest record sealed is half of that.
inline constexpr std::size_t kMaxBackupPage = 14336;

// What stands in the way. Told with status ok, since a line is told beside it.
enum class Obstacle : std::uint8_t {
  none = 0,
  busy = 1,             // another one is under way: it ends, or nobody goes on with it
  expired = 2,          // this one is not under way any more
  not_a_backup = 3,     // the line is none that a backup has in this place
  newer_version = 4,    // a backup, but of a later form
  foreign_ring = 5,     // sealed by a key that the ring does not have
  record = 6,           // the line's record does not open, or is none
  order = 7,            // the line's record is not behind the one before it
  changed = 8,          // all lines are there, but they are not what the last one was made for
  incomplete = 9,       // there is no last line
  ring_changed = 10,    // the key ring changed meanwhile: what was sealed may not open any more, or seals no more
  ring_unreadable = 11  // with_keys: the ring's file is not the ring in use
};
inline constexpr Obstacle kLastObstacle = Obstacle::ring_unreadable;

struct BackupBegin {
  static constexpr Op kOp = Op::backup_begin;
  bool with_keys = false;
  template <class Cursor, class Self>
  static void fields(Cursor& c, Self& m) {
    c.field(m.with_keys);
  }
};

// Also what restore hears, without the number of users.
struct BackupBegun {
  std::uint8_t obstacle = 0;  // Obstacle
  std::uint64_t id = 0;       // of this backup or restore: the next requests bring it
  std::uint64_t users = 0;
  template <class Cursor, class Self>
  static void fields(Cursor& c, Self& m) {
    c.field(m.obstacle);
    c.field(m.id);
    c.field(m.users);
  }
};

// Pages are numbered from 1. The last one may be asked for once more: its answer was not heard.
struct BackupPage {
  static constexpr Op kOp = Op::backup_page;
  std::uint64_t id = 0, number = 0;
  template <class Cursor, class Self>
  static void fields(Cursor& c, Self& m) {
    c.field(m.id);
    c.field(m.number);
  }
};

struct BackupPageReply {
  std::uint8_t obstacle = 0;     // Obstacle
  bool more = false;             // false: the backup ends with this page
  std::uint64_t users = 0;       // so far
  std::uint64_t unreadable = 0;  // so far: left out, since they do not open
  Bytes lines;
  template <class Cursor, class Self>
  static void fields(Cursor& c, Self& m) {
    c.field(m.obstacle);
    c.field(m.more);
    c.field(m.users);
    c.field(m.unreadable);
    c.field(m.lines, kMaxBackupPage);
  }
};

struct Restore {
  static constexpr Op kOp = Op::restore;
  bool keep_backup_codes = false;
  template <class Cursor, class Self>
  static void fields(Cursor& c, Self& m) {
    c.field(m.keep_backup_codes);
  }
};

struct RestorePage {
  static constexpr Op kOp = Op::restore_page;
  std::uint64_t id = 0, number = 0;
  Bytes lines;
  template <class Cursor, class Self>
  static void fields(Cursor& c, Self& m) {
    c.field(m.id);
    c.field(m.number);
    c.field(m.lines, kMaxBackupPage);
  }
};

struct RestorePageReply {
  std::uint8_t obstacle = 0;  // Obstacle; not none: nothing was changed and this restore is over
  std::uint64_t line = 0;     // of the file, where the obstacle is one of its lines
  std::uint64_t users = 0, total = 0;
  template <class Cursor, class Self>
  static void fields(Cursor& c, Self& m) {
    c.field(m.obstacle);
    c.field(m.line);
    c.field(m.users);
    c.field(m.total);
  }
};

// All lines were sent: what they say takes the place of all records, in one step.
struct RestoreEnd {
  static constexpr Op kOp = Op::restore_end;
  std::uint64_t id = 0;
  template <class Cursor, class Self>
  static void fields(Cursor& c, Self& m) {
    c.field(m.id);
  }
};

struct RestoreEndReply {
  std::uint8_t obstacle = 0;  // Obstacle
  std::uint64_t line = 0;
  std::uint64_t users = 0;
  std::uint64_t codes_dead = 0;  // users whose unused backup codes died
  std::uint64_t gone = 0;        // users who had a record and have none any more
  template <class Cursor, class Self>
  static void fields(Cursor& c, Self& m) {
    c.field(m.obstacle);
    c.field(m.line);
    c.field(m.users);
    c.field(m.codes_dead);
    c.field(m.gone);
  }
};

struct Inspect {
  static constexpr Op kOp = Op::inspect;
  std::string_view after;  // records behind this name; empty: from the start
  template <class Cursor, class Self>
  static void fields(Cursor& c, Self& m) {
    c.field(m.after, kMaxUser);
  }
};

enum class Damage : std::uint8_t {
  unsealed = 1,   // no key of the ring opens it
  malformed = 2,  // it opens, and is no record of a version that this daemon knows
  foreign = 3,    // it opens, and is another name's
};

struct DamagedRecord {
  std::string_view user;
  std::uint8_t damage = 0;  // Damage
  template <class Cursor, class Self>
  static void fields(Cursor& c, Self& m) {
    c.field(m.user, kMaxUser);
    c.field(m.damage);
  }
};

struct InspectReply {
  bool more = false;      // ask again with after = last
  std::string_view last;  // the last record that was looked at
  std::uint32_t looked_at = 0;
  std::uint64_t total = 0;  // records that there are
  std::uint16_t count = 0;
  Bytes items;  // `count` DamagedRecords, one behind the other
  template <class Cursor, class Self>
  static void fields(Cursor& c, Self& m) {
    c.field(m.more);
    c.field(m.last, kMaxUser);
    c.field(m.looked_at);
    c.field(m.total);
    c.field(m.count);
    c.field(m.items, kMaxListItems);
  }
};

}  // namespace umbra::wire
