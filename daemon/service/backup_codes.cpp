#include "daemon/service/backup_codes.hpp"

#include <algorithm>
#include <cstring>

#include "daemon/crypto/argon2.hpp"
#include "daemon/crypto/sodium.hpp"

namespace umbra {
namespace {

constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
constexpr std::size_t kLineSize = kShownBackupCode + 1;  // and a line break

}  // namespace

void draw_backup_code(BackupCodeText& code) noexcept {
  do {
    for (char& c : code) c = kAlphabet[sodium::random_below(sizeof kAlphabet - 1)];
  } while (std::all_of(std::begin(code), std::end(code), [](char c) { return c >= '0' && c <= '9'; }));
}

void show_backup_code(const BackupCodeText& code, std::span<std::uint8_t, kShownBackupCode> out) noexcept {
  std::memcpy(out.data(), code, 4);
  out[4] = '-';
  std::memcpy(out.data() + 5, code + 4, 4);
}

std::optional<FreshBackupCodes> make_backup_codes(unsigned count, std::int64_t now) {
  static_assert(kMaxBackupCodes * kLineSize <= wire::kMaxBackupText);
  std::optional<FreshBackupCodes> fresh(std::in_place);
  fresh->set.created_at = now;
  fresh->set.codes.resize(std::min<std::size_t>(count, kMaxBackupCodes));
  sodium::random(fresh->set.salt);
  auto text = fresh->text.resize(fresh->set.codes.size() * kLineSize);
  BackupCodeText code;
  const WipeGuard guard(code, sizeof code);
  for (auto& entry : fresh->set.codes) {
    draw_backup_code(code);
    if (!argon2::id({code, sizeof code}, fresh->set.salt, entry.hash)) return std::nullopt;
    show_backup_code(code, text.first<kShownBackupCode>());
    text[kShownBackupCode] = '\n';
    text = text.subspan(kLineSize);
  }
  return fresh;
}

}  // namespace umbra
