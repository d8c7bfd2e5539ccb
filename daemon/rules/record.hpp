// Everything the daemon knows of one user, and its bytes; ruled by ARCHITECTURE.md, "On disk". Pure.
//
// The bytes are sealed as one Fernet token, so that no part of a record can be moved, rolled back or read alone.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/device_name.hpp"
#include "common/protocol.hpp"
#include "common/secret.hpp"
#include "daemon/rules/lockout.hpp"
#include "daemon/rules/replay_window.hpp"

namespace umbra {

inline constexpr std::size_t kMaxRecordSize = 5120;  // bytes, before sealing
inline constexpr std::size_t kMaxBackupCodes = 20;
inline constexpr std::size_t kBackupHashSize = 32;
inline constexpr std::size_t kBackupSaltSize = 16;
inline constexpr std::size_t kMaxDevices = 4;   // of one user
inline constexpr std::uint8_t kMaxWindow = 10;  // steps on each side

struct Credential {
  SecretBytes<wire::kMaxSecret> secret;
  wire::Algorithm algorithm = wire::Algorithm::sha1;
  std::uint8_t digits = 6;
  std::uint32_t period = 30;  // seconds
  std::uint8_t window = 0;    // steps accepted on each side; 0: as many as are configured
};

// One more than the first, which is Record::active.
struct Device {
  std::string name;
  Credential credential;
  ReplayWindow window;
  std::int64_t added_at = 0;  // unix seconds
};

using BackupHash = std::array<std::uint8_t, kBackupHashSize>;  // Argon2id
using BackupSalt = std::array<std::uint8_t, kBackupSaltSize>;

struct BackupCode {
  BackupHash hash{};
  std::int64_t used_at = 0;        // unix seconds; 0: not used
  std::optional<BackupSalt> salt;  // imported codes bring their own; the others share the set's
};

struct BackupSet {
  BackupSalt salt{};
  std::int64_t created_at = 0;
  std::vector<BackupCode> codes;

  [[nodiscard]] unsigned remaining() const noexcept;
};

// One code that the help desk gave away. Times are Clock::steady's; outside of them it is dead.
struct BypassCode {
  BackupHash hash{};
  BackupSalt salt{};
  std::int64_t since = 0, until = 0;

  [[nodiscard]] bool live(std::int64_t steady) const noexcept { return since <= steady && steady < until; }
};

// A backup code that is being hashed, or a password that is being checked: it holds one attempt until it is settled.
// What a crash leaves behind counts as a failure once it is older than kReservationLife.
struct Reservation {
  wire::RequestId id;
  std::int64_t since = 0;  // Clock::steady
};
inline constexpr std::int64_t kReservationLife = 60;  // seconds
inline constexpr std::size_t kMaxReservations = 16;

// What an answer was given for. A request id is the caller's choice, so that it counts for one purpose alone.
enum class Purpose : std::uint8_t {
  login = 1,
  check = 2,
  setup = 3,
  confirm = 4,
  backup_codes = 5,
  disable = 6,
  enrol = 7
};

// A code that was accepted a moment ago, so that the same request asked again hears the same verdict.
struct Acceptance {
  wire::RequestId id;
  Purpose purpose = Purpose::login;
  std::uint64_t step = 0;     // the lowest step it burnt; 0 for a backup code
  std::int64_t at = 0;        // unix seconds
  std::uint64_t charged = 0;  // failures charged by then
  std::uint8_t device = 0;    // the place of the one whose code it was: 0 is the first, then as in Record::more
};
inline constexpr std::size_t kMaxAcceptances = 4;

struct Record {
  std::string user;
  std::uint32_t uid = 0;
  std::uint32_t generation = 0;  // moves where a device is replaced or gone: an older challenge is worth nothing
  bool enforced = false;
  std::int64_t created_at = 0, enrolled_at = 0;

  std::string name;  // of the active credential's device; empty where nobody named it
  std::optional<Credential> active;
  ReplayWindow window;       // of the active credential
  std::vector<Device> more;  // beside it, at most kMaxDevices - 1
  BackupSet backup;

  std::string pending_name;
  std::optional<Credential> pending;
  BackupSet pending_backup;

  std::optional<BypassCode> bypass;

  LockoutState lockout;
  std::vector<Reservation> reservations;
  std::vector<Acceptance> acceptances;

  std::int64_t last_success = 0;
  std::string last_service, last_source;

  std::uint64_t epoch = 0;  // of the database when this was written; 0: before there were any
};

// Bytes written, or 0 where a field breaks its limit or `out` is too small.
std::size_t encode_record(const Record& record, std::span<std::uint8_t> out) noexcept;
// Nothing where the bytes are not exactly one record of a version this build knows.
std::optional<Record> decode_record(Bytes bytes);

}  // namespace umbra
