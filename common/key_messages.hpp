// What umbra-totp asks of the daemon about its key ring; ruled by ARCHITECTURE.md, "Wire format" and "Keys".
#pragma once

#include "common/protocol.hpp"

namespace umbra::wire {

inline constexpr std::size_t kMaxKeyId = 16;

struct KeysOf {
  static constexpr Op kOp = Op::keys;
  template <class Cursor, class Self>
  static void fields(Cursor&, Self&) {}
};

struct KeyEntry {
  std::string_view id;
  std::int64_t made = 0;                 // unix seconds; 0: nobody knows
  std::uint64_t records = 0, trail = 0;  // what it opens and no key before it
  template <class Cursor, class Self>
  static void fields(Cursor& c, Self& m) {
    c.field(m.id, kMaxKeyId);
    c.field(m.made);
    c.field(m.records);
    c.field(m.trail);
  }
};

struct KeysReply {
  bool settled = false;          // all that is stored is sealed by the first key
  std::uint64_t unreadable = 0;  // records that no key opens
  std::uint16_t count = 0;
  Bytes items;  // `count` KeyEntries, the first key first
  template <class Cursor, class Self>
  static void fields(Cursor& c, Self& m) {
    c.field(m.settled);
    c.field(m.unreadable);
    c.field(m.count);
    c.field(m.items, kMaxListItems);
  }
};

// Where a rotation is not at its end, that one goes on and no key is made.
struct Rotate {
  static constexpr Op kOp = Op::rotate;
  template <class Cursor, class Self>
  static void fields(Cursor&, Self&) {}
};

struct RotateReply {
  bool resumed = false;
  std::string_view id;  // of the first key
  template <class Cursor, class Self>
  static void fields(Cursor& c, Self& m) {
    c.field(m.resumed);
    c.field(m.id, kMaxKeyId);
  }
};

struct RotationOf {
  static constexpr Op kOp = Op::rotation;
  template <class Cursor, class Self>
  static void fields(Cursor&, Self&) {}
};

struct RotationReply {
  bool settled = false;
  std::uint64_t done = 0, total = 0;  // records and entries of the trail
  template <class Cursor, class Self>
  static void fields(Cursor& c, Self& m) {
    c.field(m.settled);
    c.field(m.done);
    c.field(m.total);
  }
};

struct Retire {
  static constexpr Op kOp = Op::retire;
  template <class Cursor, class Self>
  static void fields(Cursor&, Self&) {}
};

struct RetireReply {
  std::uint16_t retired = 0;  // keys
  template <class Cursor, class Self>
  static void fields(Cursor& c, Self& m) {
    c.field(m.retired);
  }
};

}  // namespace umbra::wire
