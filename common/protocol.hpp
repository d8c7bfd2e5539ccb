// The whole protocol between callers and umbra-totpd: the frame, its limits and numbers here, the fields in
// login_messages.hpp, tool_messages.hpp, device_messages.hpp and admin_messages.hpp; ruled by ARCHITECTURE.md, "Wire
// format".
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
inline constexpr std::size_t kMaxPassword = 512;    // PAM_MAX_RESP_SIZE of Linux-PAM
inline constexpr std::size_t kMaxSecretText = 104;  // kMaxSecret in base32
inline constexpr std::size_t kMaxUri = 2048;        // an otpauth URI
inline constexpr std::size_t kMaxQrSide = 61;       // modules: QR version 11, which fits 80 columns
inline constexpr std::size_t kMaxQrBits = (kMaxQrSide * kMaxQrSide + 7) / 8;
inline constexpr std::size_t kMaxListItems = 14336;
inline constexpr std::size_t kMaxTrailItems = 14336;
inline constexpr std::size_t kMaxEvent = 32;  // an event's name in the audit trail

// Sent in place of an answer that is longer than kMaxAnswer: refused and counted like any wrong one.
inline constexpr std::string_view kMalformedAnswer = "?";
// How the junk begins that sshd's password method gives PAM for a user who is invalid or may not log in (auth-pam.c).
// The module sends just this in its place; nobody typed it, so it is refused and never charged.
inline constexpr std::string_view kJunkAnswer = "\b\n\r\177";

enum class Op : std::uint8_t {
  begin = 1,          // module: may this user be asked, and for what
  verify = 2,         // module: the answer to a challenge
  complete = 3,       // module: the whole auth stack succeeded
  preauth = 4,        // module: is the user or the source locked
  authfail = 5,       // module: the password before us was wrong
  enrol = 6,          // module: a fresh pending secret, inside the login that must enrol
  ping = 16,          // tool: who answers
  setup = 17,         // tool: a fresh pending secret
  confirm = 18,       // tool: its first code
  check = 19,         // tool: a code, exactly as a login would
  status = 20,        // tool: one user's state
  list = 21,          // root: one page of users' states
  unlock = 22,        // root: clear lock, suspension and budget
  remove = 23,        // root: forget the record
  backup_codes = 24,  // tool: fresh backup codes, the old ones dead
  disable = 25,       // tool: the factor is gone
  enforce = 26,       // root: this user must enrol at the next login
  unenforce = 27,     // root: must no longer
  bypass = 28,        // root: one code for the help desk to give away
  trail = 29,         // root: one page of the audit trail
  explain = 30,       // root: which rule a login would meet
  keys = 31,          // root: the key ring, and what each key of it seals
  rotate = 32,        // root: a new first key, and all that is stored sealed by it
  rotation = 33,      // root: how far that is
  retire = 34,        // root: every key but the first leaves the ring
  backup_begin = 35,  // root: all records as they are now, held for the pages that follow
  backup_page = 36,   // root: the next lines of that backup
  restore = 37,       // root: the lines of a backup are going to come
  restore_page = 38,  // root: the next of them, looked at and put aside
  restore_end = 39,   // root: those were all; they take the place of all records
  inspect = 40,       // root: which records do not open
  import_users = 45,  // root: users with secrets and codes from elsewhere
  export_user = 46,   // root: one user's secret, where the configuration allows it
  add_device = 55,    // tool: a fresh pending secret for a further device
  devices = 56,       // tool: one user's devices
  drop_device = 57,   // tool: one device is gone
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
  keys_read_only = 8,  // the daemon may not write its key ring
  keys_changed = 9,    // the key ring's file is not the ring in use
  keys_needed = 10,    // something stored does not open without the keys that were to go
  no_device = 20,      // the user has none of this name
  devices_full = 21,   // the user has as many as there may be
};
inline constexpr Status kLastStatus = Status::devices_full;

// Why a decision fell as it did. Told to root's tools and the audit log; a login hears `unspecified`.
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
  wrong_password = 9,
  source_locked = 10,  // too many failures from where the login came
  not_permitted = 11,  // somebody else's name, or asking was switched off
  must_enrol = 12,     // this user has to enrol, and could not here
  // How it came that nothing was refused, for the audit log.
  exempt = 13,
  backup_code = 14,
  bypass = 15,
};

enum class Algorithm : std::uint8_t { sha1 = 1, sha256 = 2, sha512 = 3 };

struct RequestId {
  std::uint8_t bytes[16] = {};
  bool operator==(const RequestId&) const = default;
};

}  // namespace umbra::wire
