#include "daemon/system/names.hpp"

#include <grp.h>
#include <pwd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "common/protocol.hpp"

namespace umbra {
namespace {

constexpr std::size_t kFirstBuffer = 1024, kLastBuffer = std::size_t{1} << 20;  // bytes of one entry's texts
constexpr int kFirstGroups = 64, kMostGroups = 65536;                           // NGROUPS_MAX of Linux

// getpwnam(3): "0 or ENOENT or ESRCH or EBADF or EPERM or ...  The given name or uid was not found."
bool means_not_found(int code) noexcept { return code == ENOENT || code == ESRCH || code == EBADF || code == EPERM; }

// Runs one of the get..._r functions with as much room as it wants. The entry's texts live in `buffer`. False: not
// found.
template <class Entry, class Function, class Key>
tl::expected<bool, int> look_up(Function function, Key key, Entry& entry, std::vector<char>& buffer) {
  for (buffer.resize(kFirstBuffer);;) {
    Entry* found = nullptr;
    const int code = function(key, &entry, buffer.data(), buffer.size(), &found);
    if (found != nullptr) return true;
    if (code == 0 || means_not_found(code)) return false;
    if (code == ERANGE && buffer.size() < kLastBuffer)
      buffer.resize(buffer.size() * 2);
    else if (code != EINTR)
      return tl::unexpected(code);
  }
}

template <class Function, class Key>
tl::expected<std::optional<Account>, int> find_account(Function function, Key key) {
  passwd entry{};
  std::vector<char> buffer;
  const auto found = look_up(function, key, entry, buffer);
  if (!found) return tl::unexpected(found.error());
  if (!*found || !plausible_user_name(entry.pw_name)) return std::nullopt;
  return Account{entry.pw_name, entry.pw_uid, entry.pw_gid};
}

}  // namespace

bool plausible_user_name(std::string_view name) noexcept {
  if (name.empty() || name.size() > wire::kMaxUser) return false;
  if (name.front() == '-' || name.front() == ' ' || name.back() == ' ') return false;
  return std::none_of(name.begin(), name.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f || c == '/' || c == ':';
  });
}

tl::expected<std::optional<Account>, int> SystemNames::find_user(std::string_view name) const {
  // Also keeps a NUL byte from cutting "root\0x" down to "root".
  if (!plausible_user_name(name)) return std::nullopt;
  const std::string text(name);
  return find_account(getpwnam_r, text.c_str());
}

tl::expected<std::optional<Account>, int> SystemNames::find_uid(uid_t uid) const {
  return find_account(getpwuid_r, uid);
}

std::vector<std::string> SystemNames::groups_of(const Account& account) const {
  std::vector<gid_t> ids(kFirstGroups);
  for (;;) {
    int count = static_cast<int>(ids.size());
    const bool complete = getgrouplist(account.name.c_str(), account.gid, ids.data(), &count) >= 0;
    if (complete) {
      ids.resize(static_cast<std::size_t>(count));
      break;
    }
    if (ids.size() >= kMostGroups) throw std::system_error(E2BIG, std::generic_category(), "groups of " + account.name);
    ids.resize(ids.size() * 2);
  }
  std::vector<std::string> names;
  std::vector<char> buffer;
  for (const gid_t id : ids) {
    group entry{};
    const auto found = look_up(getgrgid_r, id, entry, buffer);
    if (!found) throw std::system_error(found.error(), std::generic_category(), "groups of " + account.name);
    if (*found) names.emplace_back(entry.gr_name);
  }
  return names;
}

}  // namespace umbra
