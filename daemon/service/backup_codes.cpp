#include "daemon/service/backup_codes.hpp"

#include <algorithm>
#include <cstring>

#include "daemon/crypto/argon2.hpp"
#include "daemon/crypto/sodium.hpp"
#include "daemon/rules/answer.hpp"

namespace umbra {
namespace {

constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
constexpr std::size_t kLineSize = kBackupCodeSize + 2;  // hyphen and line break

// At least one letter, so that it is never taken for a code of eight digits.
void draw(char (&code)[kBackupCodeSize]) noexcept {
  do {
    for (char& c : code) c = kAlphabet[sodium::random_below(sizeof kAlphabet - 1)];
  } while (std::all_of(std::begin(code), std::end(code), [](char c) { return c >= '0' && c <= '9'; }));
}

}  // namespace

std::optional<FreshBackupCodes> make_backup_codes(unsigned count, std::int64_t now) {
  static_assert(kMaxBackupCodes * kLineSize <= wire::kMaxBackupText);
  std::optional<FreshBackupCodes> fresh(std::in_place);
  fresh->set.created_at = now;
  fresh->set.codes.resize(std::min<std::size_t>(count, kMaxBackupCodes));
  sodium::random(fresh->set.salt);
  auto text = fresh->text.resize(fresh->set.codes.size() * kLineSize);
  char code[kBackupCodeSize];
  const WipeGuard guard(code, sizeof code);
  for (auto& entry : fresh->set.codes) {
    draw(code);
    if (!argon2::id({code, sizeof code}, fresh->set.salt, entry.hash)) return std::nullopt;
    std::memcpy(text.data(), code, 4);
    text[4] = '-';
    std::memcpy(text.data() + 5, code + 4, 4);
    text[9] = '\n';
    text = text.subspan(kLineSize);
  }
  return fresh;
}

}  // namespace umbra
