#include "daemon/service/backup_text.hpp"

#include <algorithm>
#include <charconv>

#include "common/cursor.hpp"

namespace umbra {
namespace {

using wire::Obstacle;

constexpr std::string_view kTitle = "umbra-totp backup ", kForm = "1";
constexpr std::uint8_t kEndMagic = 0xC3;  // neither a record, nor a challenge, nor an entry of the trail starts with it
constexpr std::size_t kEndSize = 1 + 8 + sodium::Digest::kSize;
constexpr std::size_t kKeyText = 44, kIdText = 8, kMostIds = 1000;
constexpr std::string_view kHex = "0123456789abcdef";

std::string hex(std::span<const std::uint8_t> bytes) {
  std::string text;
  for (const std::uint8_t byte : bytes) {
    text += kHex[byte >> 4];
    text += kHex[byte & 15];
  }
  return text;
}

bool take_hex(std::string_view text, std::span<std::uint8_t> bytes) noexcept {
  if (text.size() != 2 * bytes.size()) return false;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto high = kHex.find(text[2 * i]), low = kHex.find(text[2 * i + 1]);
    if (high == kHex.npos || low == kHex.npos) return false;
    bytes[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  return true;
}

// Takes `word` and a space off the front.
bool take_word(std::string_view& line, std::string_view word) noexcept {
  if (!line.starts_with(word) || line.size() == word.size() || line[word.size()] != ' ') return false;
  line.remove_prefix(word.size() + 1);
  return true;
}

std::string_view take_part(std::string_view& line) noexcept {
  const auto end = line.find(' ');
  const std::string_view part = line.substr(0, end);
  line.remove_prefix(end == line.npos ? line.size() : end + 1);
  return part;
}

// Exactly what to_string() writes.
template <class Integer>
bool take_number(std::string_view& line, Integer& number) noexcept {
  const std::string_view part = take_part(line);
  const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), number);
  char again[24];
  const auto written = std::to_chars(again, again + sizeof again, number);
  return error == std::errc() && end == part.data() + part.size() && std::string_view(again, written.ptr) == part;
}

bool take_ids(std::string_view line, std::vector<std::string>& ids) {
  while (!line.empty() && ids.size() < kMostIds) {
    const std::string_view id = take_part(line);
    std::uint8_t bytes[kIdText / 2];
    if (!take_hex(id, bytes)) return false;
    ids.emplace_back(id);
  }
  return line.empty() && !ids.empty();
}

Bytes check_text() noexcept { return {reinterpret_cast<const std::uint8_t*>(kTitle.data()), kTitle.size()}; }

std::array<std::uint8_t, kEndSize> end_of(std::uint64_t users, const BackupDigest& digest) noexcept {
  std::array<std::uint8_t, kEndSize> plain{};
  Writer w(plain);
  w.field(kEndMagic);
  w.field(users);
  for (const std::uint8_t byte : digest) w.field(byte);
  return plain;
}

}  // namespace

std::string BackupHead::text() const {
  std::string ids;
  for (const std::string& id : ring) ids += " " + id;
  return std::string(kTitle).append(kForm) + "\nmade " + std::to_string(made) + "\nepoch " + hex(lineage) + " " +
         std::to_string(epoch.generation) + " " + std::to_string(epoch.floor) + " " + std::to_string(epoch.window) +
         " " + std::to_string(epoch.codes_from) + "\nring" + ids + "\nusers " + std::to_string(users) + "\n";
}

bool has_keys(const KeyRing& ring, const std::vector<std::string>& ids) {
  const auto keys = ring.keys();
  return std::ranges::all_of(
      ids, [&](const std::string& id) { return std::ranges::find(keys, id, &KeyInfo::id) != keys.end(); });
}

std::string seal_check(const KeyRing& ring, std::int64_t now) { return ring.seal(check_text(), now); }

bool is_check(const KeyRing& ring, std::string_view token, std::int64_t now) {
  std::uint8_t plain[64];
  const auto size = ring.open(token, std::nullopt, now, plain);
  return size && sodium::equal(Bytes(plain).first(*size), check_text());
}

std::string seal_end(const KeyRing& ring, std::uint64_t users, const BackupDigest& digest, std::int64_t now) {
  return ring.seal(end_of(users, digest), now);
}

bool is_end(const KeyRing& ring, std::string_view token, std::uint64_t users, const BackupDigest& digest,
            std::int64_t now) {
  std::uint8_t plain[64];
  const auto size = ring.open(token, std::nullopt, now, plain);
  return size && sodium::equal(Bytes(plain).first(*size), end_of(users, digest));
}

bool BackupReader::take_head(std::string_view line) {
  if (line.ends_with(' ')) return false;  // a part that is not there; nobody writes one
  unsigned window = 0;
  switch (place_) {
    case 1: return take_word(line, "made") && take_number(line, head_.made) && line.empty();
    case 2:
      if (!take_word(line, "epoch") || !take_hex(take_part(line), head_.lineage) ||
          !take_number(line, head_.epoch.generation) || !take_number(line, head_.epoch.floor) ||
          !take_number(line, window) || !take_number(line, head_.epoch.codes_from) || !line.empty())
        return false;
      head_.epoch.window = static_cast<std::uint8_t>(window);
      return window <= UINT8_MAX && head_.epoch.generation < UINT64_MAX / 2;
    case 3: return take_word(line, "ring") && take_ids(line, head_.ring);
    default: return take_word(line, "users") && take_number(line, head_.users) && line.empty();
  }
}

// Keys stand before the first record.
bool BackupReader::take_record(std::string_view line, Line& read) {
  if (take_word(line, "user")) {
    read = {Kind::user, line};
    return ++users_ <= head_.users;
  }
  if (take_word(line, "key")) {
    read = {Kind::key, {}};
    return users_ == 0 && line.size() == kKeyText;
  }
  read = {Kind::end, line};
  place_ = kEnded;
  return take_word(read.token, "end");
}

Obstacle BackupReader::take(std::string_view line, Line& read) {
  ++lines_;
  read = {};
  bool right = false;
  if (place_ == 0) {
    std::string_view form = line;
    if (!line.starts_with(kTitle)) return Obstacle::not_a_backup;
    form.remove_prefix(kTitle.size());
    if (form != kForm) return Obstacle::newer_version;
    right = true;
    ++place_;
  } else if (place_ < kCheck) {
    right = take_head(line);
    ++place_;
  } else if (place_ == kCheck) {
    read = {Kind::check, line};
    right = take_word(read.token, "check");
    place_ = kRecords;
  } else if (place_ == kRecords) {
    right = take_record(line, read);
  }
  if (!right) return Obstacle::not_a_backup;
  if (read.kind == Kind::end) return Obstacle::none;
  digest_.add(line);
  digest_.add("\n");
  return Obstacle::none;
}

}  // namespace umbra
