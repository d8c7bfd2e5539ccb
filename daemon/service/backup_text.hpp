// The lines of a backup file: its head, written and read, and the order in which lines may come; ruled by
// ARCHITECTURE.md, "Backup and restore". No files here.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/backup_messages.hpp"
#include "daemon/crypto/keyring.hpp"
#include "daemon/crypto/sodium.hpp"
#include "daemon/rules/epoch.hpp"

namespace umbra {

struct BackupHead {
  std::int64_t made = 0;  // unix seconds
  std::array<std::uint8_t, 16> lineage{};
  Epoch epoch;
  std::vector<std::string> ring;  // ids of its keys
  std::uint64_t users = 0;        // that there were; those whose record did not open are not among the lines

  // Its lines, each with its end.
  [[nodiscard]] std::string text() const;
};

// Whether the ring has all the keys of these ids.
bool has_keys(const KeyRing& ring, const std::vector<std::string>& ids);

// Proves behind the head that the ring is the right one.
std::string seal_check(const KeyRing& ring, std::int64_t now);
bool is_check(const KeyRing& ring, std::string_view token, std::int64_t now);

// What the last line holds under seal: how many records, and the digest of all lines before it. So nobody without the
// key can cut, add, change or mix lines.
using BackupDigest = std::array<std::uint8_t, sodium::Digest::kSize>;
std::string seal_end(const KeyRing& ring, std::uint64_t users, const BackupDigest& digest, std::int64_t now);
bool is_end(const KeyRing& ring, std::string_view token, std::uint64_t users, const BackupDigest& digest,
            std::int64_t now);

// Takes the lines one by one and says what each is; after an obstacle it is over.
class BackupReader {
 public:
  enum class Kind : std::uint8_t { head, check, key, user, end };
  struct Line {
    Kind kind = Kind::head;
    std::string_view token;  // of check, user and end; in the line
  };

  // `line` without its end. The obstacle is not_a_backup or newer_version.
  wire::Obstacle take(std::string_view line, Line& read);

  [[nodiscard]] const BackupHead& head() const noexcept { return head_; }  // whole from the check line on
  [[nodiscard]] std::uint64_t lines() const noexcept { return lines_; }    // taken so far, the last one too
  [[nodiscard]] std::uint64_t users() const noexcept { return users_; }
  [[nodiscard]] bool ended() const noexcept { return place_ == kEnded; }
  // Of all lines but the last, once that came.
  [[nodiscard]] BackupDigest digest() noexcept { return digest_.end(); }

 private:
  // Places 0 to 4 are the head's lines, one each.
  static constexpr unsigned kCheck = 5, kRecords = 6, kEnded = 7;
  bool take_head(std::string_view line);
  bool take_record(std::string_view line, Line& read);

  BackupHead head_;
  sodium::Digest digest_;
  unsigned place_ = 0;
  std::uint64_t lines_ = 0, users_ = 0;
};

}  // namespace umbra
