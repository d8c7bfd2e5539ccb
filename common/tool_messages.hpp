// What umbra-totp asks of the daemon for its users: enrolment, state, codes; ruled by ARCHITECTURE.md, "Wire format".
#pragma once

#include "common/protocol.hpp"

namespace umbra::wire {

struct Ping {
  static constexpr Op kOp = Op::ping;
  template <class Cursor, class Self>
  static void fields(Cursor&, Self&) {}
};

struct PingReply {
  std::string_view version;
  template <class Cursor, class Self>
  static void fields(Cursor& c, Self& m) {
    c.field(m.version, kMaxService);
  }
};

// Zero in algorithm, digits or period means the configuration's default.
struct Setup {
  static constexpr Op kOp = Op::setup;
  std::string_view user, answer;  // answer: a current code, where the user is already enabled
  std::uint8_t algorithm = 0, digits = 0;
  std::uint32_t period = 0;
  bool force = false;  // root: no current code is asked
  template <class Cursor, class Self>
  static void fields(Cursor& c, Self& m) {
    c.field(m.user, kMaxUser);
    c.field(m.answer, kMaxAnswer);
    c.field(m.algorithm);
    c.field(m.digits);
    c.field(m.period);
    c.field(m.force);
  }
};

struct SetupReply {
  bool accepted = true;  // false: the current code was refused
  std::uint8_t reason = 0;
  std::string_view user, issuer, backup_codes;
  Bytes secret;
  std::uint8_t algorithm = 0, digits = 0;
  std::uint32_t period = 0;
  template <class Cursor, class Self>
  static void fields(Cursor& c, Self& m) {
    c.field(m.accepted);
    c.field(m.reason);
    c.field(m.user, kMaxUser);
    c.field(m.issuer, kMaxUser);
    c.field(m.backup_codes, kMaxBackupText);
    c.field(m.secret, kMaxSecret);
    c.field(m.algorithm);
    c.field(m.digits);
    c.field(m.period);
  }
};

template <Op Kind>
struct CodeRequest {
  static constexpr Op kOp = Kind;
  std::string_view user, answer;
  template <class Cursor, class Self>
  static void fields(Cursor& c, Self& m) {
    c.field(m.user, kMaxUser);
    c.field(m.answer, kMaxAnswer);
  }
};
using Confirm = CodeRequest<Op::confirm>;
using Check = CodeRequest<Op::check>;

struct CodeReply {
  bool accepted = false;
  std::uint8_t reason = 0;  // Reason; unspecified unless the peer is root
  bool has_step = false;    // a backup code has none
  std::uint64_t step = 0;
  std::string_view user;  // canonical
  template <class Cursor, class Self>
  static void fields(Cursor& c, Self& m) {
    c.field(m.accepted);
    c.field(m.reason);
    c.field(m.has_step);
    c.field(m.step);
    c.field(m.user, kMaxUser);
  }
};

template <Op Kind>
struct UserRequest {
  static constexpr Op kOp = Kind;
  std::string_view user;
  template <class Cursor, class Self>
  static void fields(Cursor& c, Self& m) {
    c.field(m.user, kMaxUser);
  }
};
using StatusOf = UserRequest<Op::status>;
using Unlock = UserRequest<Op::unlock>;
using Remove = UserRequest<Op::remove>;
using Enforce = UserRequest<Op::enforce>;
using Unenforce = UserRequest<Op::unenforce>;
using List = UserRequest<Op::list>;  // user: list what comes after this name; empty: from the start

struct UserState {
  std::string_view user;
  bool enabled = false, pending = false, enforced = false, locked = false, suspended = false;
  std::uint8_t backup_codes_remaining = 0;
  std::uint32_t failures = 0;
  std::int64_t locked_until = 0;  // unix seconds; 0: not locked, or not told
  std::int64_t last_success = 0;  // unix seconds; 0: never
  template <class Cursor, class Self>
  static void fields(Cursor& c, Self& m) {
    c.field(m.user, kMaxUser);
    c.field(m.enabled);
    c.field(m.pending);
    c.field(m.enforced);
    c.field(m.locked);
    c.field(m.suspended);
    c.field(m.backup_codes_remaining);
    c.field(m.failures);
    c.field(m.locked_until);
    c.field(m.last_success);
  }
};

struct ListReply {
  bool more = false;
  std::uint16_t count = 0;
  Bytes items;  // `count` UserStates, one behind the other
  template <class Cursor, class Self>
  static void fields(Cursor& c, Self& m) {
    c.field(m.more);
    c.field(m.count);
    c.field(m.items, kMaxListItems);
  }
};

// What changes a live factor: root gives neither password nor answer.
template <Op Kind>
struct ProvenRequest {
  static constexpr Op kOp = Kind;
  std::string_view user, password, answer;
  template <class Cursor, class Self>
  static void fields(Cursor& c, Self& m) {
    c.field(m.user, kMaxUser);
    c.field(m.password, kMaxPassword);
    c.field(m.answer, kMaxAnswer);
  }
};
using BackupCodes = ProvenRequest<Op::backup_codes>;
using Disable = ProvenRequest<Op::disable>;

struct ProvenReply {
  bool accepted = false;
  std::uint8_t reason = 0;        // Reason; unspecified unless the peer is root
  std::string_view user;          // canonical
  std::string_view backup_codes;  // backup_codes: XXXX-XXXX, one a line
  template <class Cursor, class Self>
  static void fields(Cursor& c, Self& m) {
    c.field(m.accepted);
    c.field(m.reason);
    c.field(m.user, kMaxUser);
    c.field(m.backup_codes, kMaxBackupText);
  }
};

}  // namespace umbra::wire
