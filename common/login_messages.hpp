// What a login and the daemon say to each other, from begin to complete; ruled by ARCHITECTURE.md, "Wire format".
#pragma once

#include "common/protocol.hpp"

namespace umbra::wire {

// Each message lists its fields once; Writer and Reader both walk that list.
struct Begin {
  static constexpr Op kOp = Op::begin;
  std::string_view user, service, tty, rhost;
  bool nullok = false;
  bool may_enrol = false;  // the password was right, and the module can show a secret
  template <class Cursor, class Self>
  static void fields(Cursor& c, Self& m) {
    c.field(m.user, kMaxUser);
    c.field(m.service, kMaxService);
    c.field(m.tty, kMaxTty);
    c.field(m.rhost, kMaxRhost);
    c.field(m.nullok);
    c.field(m.may_enrol);
  }
};

enum class Ask : std::uint8_t {
  code = 1,     // prompt, then verify
  nothing = 2,  // the daemon's positive word that no code is asked: exempt, or not enrolled with nullok
  enrol = 3,    // enrol, then verify the first code, with this challenge; said only where the module may_enrol
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

struct Preauth {
  static constexpr Op kOp = Op::preauth;
  std::string_view user, service, tty, rhost;
  template <class Cursor, class Self>
  static void fields(Cursor& c, Self& m) {
    c.field(m.user, kMaxUser);
    c.field(m.service, kMaxService);
    c.field(m.tty, kMaxTty);
    c.field(m.rhost, kMaxRhost);
  }
};

struct PreauthReply {
  bool locked = false;  // the user, or where the login comes from
  template <class Cursor, class Self>
  static void fields(Cursor& c, Self& m) {
    c.field(m.locked);
  }
};

// Answered with Nothing, at the deadline of refusals.
struct Authfail {
  static constexpr Op kOp = Op::authfail;
  std::string_view user, service, tty, rhost;
  bool typed = false;  // somebody typed a password; false: empty, sshd's junk or no conversation, which are not charged
  template <class Cursor, class Self>
  static void fields(Cursor& c, Self& m) {
    c.field(m.user, kMaxUser);
    c.field(m.service, kMaxService);
    c.field(m.tty, kMaxTty);
    c.field(m.rhost, kMaxRhost);
    c.field(m.typed);
  }
};

struct Enrol {
  static constexpr Op kOp = Op::enrol;
  std::string_view challenge;  // of a BeginReply that said Ask::enrol
  template <class Cursor, class Self>
  static void fields(Cursor& c, Self& m) {
    c.field(m.challenge, kMaxToken);
  }
};

// Everything that is shown, ready to be shown. The picture is one bit a module, row by row without gaps, the first in
// the highest bit of a byte; 1 is dark; the margin is not in it. No picture: side 0.
struct EnrolReply {
  std::string_view user, issuer;
  std::string_view secret;  // base32
  std::string_view uri, backup_codes;
  std::uint8_t digits = 0;
  std::uint8_t qr_side = 0;  // modules
  Bytes qr;
  template <class Cursor, class Self>
  static void fields(Cursor& c, Self& m) {
    c.field(m.user, kMaxUser);
    c.field(m.issuer, kMaxUser);
    c.field(m.secret, kMaxSecretText);
    c.field(m.uri, kMaxUri);
    c.field(m.backup_codes, kMaxBackupText);
    c.field(m.digits);
    c.field(m.qr_side);
    c.field(m.qr, kMaxQrBits);
  }
};

}  // namespace umbra::wire
