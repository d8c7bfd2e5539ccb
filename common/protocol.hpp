// The whole protocol between callers and umbra-totpd on one page; ruled by ARCHITECTURE.md, "Wire format".
//
// One SOCK_SEQPACKET packet is one message. A caller sends a request and waits for its one reply:
//
//   request  u8 version | u8 op        | 16 request id | fields
//   reply    u8 version | u8 op | 0x80 | 16 request id | u8 status | fields where status is ok
//
// The daemon trusts nothing in a message about who is asking: only the peer's uid (SO_PEERCRED) counts.
//
// Version history. A changed message is a new op; the version moves only if the header changes.
//   1  first release
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "common/cursor.hpp"

namespace umbra::wire {

inline constexpr std::uint8_t kVersion = 1;
inline constexpr std::uint8_t kReplyBit = 0x80;

inline constexpr std::size_t kMaxPacket = 16384;  // bytes, either direction
inline constexpr std::size_t kMaxUser = 255;      // below LMDB's key limit of 511
inline constexpr std::size_t kMaxService = 64;
inline constexpr std::size_t kMaxTty = 64;
inline constexpr std::size_t kMaxRhost = 255;
inline constexpr std::size_t kMaxAnswer = 64;       // what was typed, in bytes
inline constexpr std::size_t kMaxToken = 1024;      // a challenge: Fernet text
inline constexpr std::size_t kMaxSecret = 64;       // a TOTP secret in bytes
inline constexpr std::size_t kMaxBackupText = 512;  // backup codes, one a line
inline constexpr std::size_t kMaxListItems = 14336;

// Sent in place of an answer that is longer than kMaxAnswer: refused and counted like any wrong one.
inline constexpr std::string_view kMalformedAnswer = "?";
// How the junk begins that sshd's password method gives PAM for a user who is invalid or may not log in (auth-pam.c).
// The module sends just this in its place; nobody typed it, so it is refused and never charged.
inline constexpr std::string_view kJunkAnswer = "\b\n\r\177";

enum class Op : std::uint8_t {
  begin = 1,     // module: may this user be asked, and for what
  verify = 2,    // module: the answer to a challenge
  complete = 3,  // module: the whole auth stack succeeded
  preauth = 4,   // module: is the user or the source locked
  authfail = 5,  // module: the password before us was wrong
  ping = 16,     // tool: who answers
  setup = 17,    // tool: a fresh pending secret
  confirm = 18,  // tool: its first code
  check = 19,    // tool: a code, exactly as a login would
  status = 20,   // tool: one user's state
  list = 21,     // root: one page of users' states
  unlock = 22,   // root: clear lock, suspension and budget
  remove = 23,   // root: forget the record
};

enum class Status : std::uint8_t {
  ok = 0,
  bad_request = 1,    // could not be read, or broke a limit
  not_permitted = 2,  // this peer may not ask that
  unavailable = 3,    // the daemon cannot answer now; nothing was decided
  no_such_user = 4,
  not_set_up = 5,
  already_enabled = 6,
  nothing_pending = 7,
};

// Why an answer was refused. Told to root's tools and the audit log; a login hears `unspecified`.
enum class Reason : std::uint8_t {
  unspecified = 0,
  wrong_code = 1,
  replayed = 2,
  locked = 3,
  suspended = 4,
  malformed = 5,
  not_enrolled = 6,
  unknown_user = 7,
  spent_challenge = 8,
};

enum class Algorithm : std::uint8_t { sha1 = 1, sha256 = 2, sha512 = 3 };

struct RequestId {
  std::uint8_t bytes[16] = {};
  bool operator==(const RequestId&) const = default;
};

// Each message lists its fields once; Writer and Reader both walk that list.
struct Begin {
  static constexpr Op kOp = Op::begin;
  std::string_view user, service, tty, rhost;
  bool nullok = false;
  template <class Cursor, class Self>
  static void fields(Cursor& c, Self& m) {
    c.field(m.user, kMaxUser);
    c.field(m.service, kMaxService);
    c.field(m.tty, kMaxTty);
    c.field(m.rhost, kMaxRhost);
    c.field(m.nullok);
  }
};

enum class Ask : std::uint8_t {
  code = 1,     // prompt, then verify
  nothing = 2,  // the daemon's positive word that no code is asked: exempt, or not enrolled with nullok
};

struct BeginReply {
  std::uint8_t ask = 0;     // Ask
  std::uint8_t digits = 0;  // of the code, where one is asked: forward_pass cuts by it
  std::string_view challenge;
  template <class Cursor, class Self>
  static void fields(Cursor& c, Self& m) {
    c.field(m.ask);
    c.field(m.digits);
    c.field(m.challenge, kMaxToken);
  }
};

struct Verify {
  static constexpr Op kOp = Op::verify;
  std::string_view challenge, answer;
  template <class Cursor, class Self>
  static void fields(Cursor& c, Self& m) {
    c.field(m.challenge, kMaxToken);
    c.field(m.answer, kMaxAnswer);
  }
};

inline constexpr std::uint8_t kAttemptsNotTold = 255;

struct VerifyReply {
  bool accepted = false;
  bool locked = false;                            // told to root's peers; shown only with after_password
  std::uint8_t attempts_left = kAttemptsNotTold;  // likewise
  std::string_view verified;                      // what `complete` redeems; empty where refused
  template <class Cursor, class Self>
  static void fields(Cursor& c, Self& m) {
    c.field(m.accepted);
    c.field(m.locked);
    c.field(m.attempts_left);
    c.field(m.verified, kMaxToken);
  }
};

struct Complete {
  static constexpr Op kOp = Op::complete;
  std::string_view verified;
  template <class Cursor, class Self>
  static void fields(Cursor& c, Self& m) {
    c.field(m.verified, kMaxToken);
  }
};

struct Nothing {
  template <class Cursor, class Self>
  static void fields(Cursor&, Self&) {}
};

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

}  // namespace umbra::wire
