// What umbra-totp asks of the daemon to bring users from elsewhere and to give one back; ruled by ARCHITECTURE.md,
// "Import and export".
#pragma once

#include "common/protocol.hpp"

namespace umbra::wire {

inline constexpr std::size_t kMaxImportBytes = 14336;  // of the items in one packet
inline constexpr std::size_t kMaxImportItems = 128;    // in one packet
inline constexpr std::size_t kMaxUsedSteps = 64;
inline constexpr std::size_t kMaxImportedCodes = 20;  // backup codes of one user
inline constexpr std::size_t kScratchSize = 8;        // letters or digits of a backup code
inline constexpr std::size_t kCodeHashSize = 32, kCodeSaltSize = 16;

// A code that was accepted elsewhere.
struct UsedStep {
  static constexpr std::size_t kSize = 12;  // bytes
  static constexpr std::uint32_t kNoCode = UINT32_MAX;
  std::uint64_t step = 0;        // when it was accepted
  std::uint32_t code = kNoCode;  // and which: it may be that of a step beside
  template <class Cursor, class Self>
  static void fields(Cursor& c, Self& m) {
    c.field(m.step);
    c.field(m.code);
  }
};

// A backup code as Argon2id with the parameters of our own.
struct HashedCode {
  static constexpr std::size_t kSize = kCodeHashSize + kCodeSaltSize + 8;  // bytes
  std::uint8_t hash[kCodeHashSize] = {};
  std::uint8_t salt[kCodeSaltSize] = {};
  std::int64_t used_at = 0;  // unix seconds; 0: not used
  template <class Cursor, class Self>
  static void fields(Cursor& c, Self& m) {
    c.field(m.hash);
    c.field(m.salt);
    c.field(m.used_at);
  }
};

// One credential of one user.
struct ImportItem {
  std::string_view user;
  Bytes secret;  // empty: none, the user must enrol
  std::uint8_t algorithm = 1, digits = 6;
  std::uint32_t period = 30;  // seconds
  std::uint8_t window = 0;    // steps accepted on each side; 0: as many as are configured
  bool enabled = true;        // false: it waits for its first code
  bool enforced = false;      // must enrol at the next login
  bool further = false;       // one more device of a user whom an earlier item of the same import brought
  Bytes used;                 // UsedSteps, one behind the other
  Bytes hashed_codes;         // HashedCodes, likewise
  std::string_view scratch;   // backup codes as text, kScratchSize characters each
  std::int64_t codes_made_at = 0;
  template <class Cursor, class Self>
  static void fields(Cursor& c, Self& m) {
    c.field(m.user, kMaxUser);
    c.field(m.secret, kMaxSecret);
    c.field(m.algorithm);
    c.field(m.digits);
    c.field(m.period);
    c.field(m.window);
    c.field(m.enabled);
    c.field(m.enforced);
    c.field(m.further);
    c.field(m.used, kMaxUsedSteps * UsedStep::kSize);
    c.field(m.hashed_codes, kMaxImportedCodes * HashedCode::kSize);
    c.field(m.scratch, kMaxImportedCodes * kScratchSize);
    c.field(m.codes_made_at);
  }
};

struct Import {
  static constexpr Op kOp = Op::import_users;
  bool dry_run = false;  // say what would come of it, and change nothing
  bool replace = false;  // what a user has already is no obstacle
  std::uint16_t count = 0;
  Bytes items;  // `count` ImportItems, one behind the other
  template <class Cursor, class Self>
  static void fields(Cursor& c, Self& m) {
    c.field(m.dry_run);
    c.field(m.replace);
    c.field(m.count);
    c.field(m.items, kMaxImportBytes);
  }
};

enum class ImportOutcome : std::uint8_t {
  imported = 1,
  exists = 2,  // the user has a factor already
  no_such_user = 3,
  other_name = 4,   // there is such an account, but this is not how it is called
  malformed = 5,    // what the item says cannot be kept
  in_future = 6,    // a code was used later than now
  too_many = 7,     // devices
  unavailable = 8,  // not stored
};

struct ImportReply {
  Bytes outcomes;  // an ImportOutcome for each item
  template <class Cursor, class Self>
  static void fields(Cursor& c, Self& m) {
    c.field(m.outcomes, kMaxImportItems);
  }
};

struct Export {
  static constexpr Op kOp = Op::export_user;
  std::string_view user;
  template <class Cursor, class Self>
  static void fields(Cursor& c, Self& m) {
    c.field(m.user, kMaxUser);
  }
};

struct ExportedDevice {
  std::string_view name;  // empty: nobody named it
  Bytes secret;
  std::uint8_t algorithm = 0, digits = 0;
  std::uint32_t period = 0;  // seconds
  template <class Cursor, class Self>
  static void fields(Cursor& c, Self& m) {
    c.field(m.name, kMaxUser);
    c.field(m.secret, kMaxSecret);
    c.field(m.algorithm);
    c.field(m.digits);
    c.field(m.period);
  }
};

struct ExportReply {
  bool allowed = false;  // by the configuration; where it is not, nothing else is told
  bool enforced = false;
  std::string_view user, issuer;
  std::uint8_t count = 0;
  Bytes devices;       // `count` ExportedDevices, the first one first
  Bytes used;          // UsedSteps of the first one that could still be typed
  Bytes hashed_codes;  // HashedCodes
  std::int64_t codes_made_at = 0;
  template <class Cursor, class Self>
  static void fields(Cursor& c, Self& m) {
    c.field(m.allowed);
    c.field(m.enforced);
    c.field(m.user, kMaxUser);
    c.field(m.issuer, kMaxUser);
    c.field(m.count);
    c.field(m.devices, 2048);
    c.field(m.used, kMaxUsedSteps * UsedStep::kSize);
    c.field(m.hashed_codes, kMaxImportedCodes * HashedCode::kSize);
    c.field(m.codes_made_at);
  }
};

}  // namespace umbra::wire
