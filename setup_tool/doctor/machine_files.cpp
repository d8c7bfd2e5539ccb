// Owners, modes and room: what the daemon's files must be like.
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>

#include "setup_tool/doctor/machine.hpp"

namespace umbra {
namespace {

constexpr std::uint64_t kLittleRoom = 64U << 20U, kNoRoom = 4U << 20U;  // bytes

struct Wanted {
  const char* subject;
  mode_t kind;       // S_IFDIR and others
  mode_t forbidden;  // permission bits
  const char* chmod;
};

std::string octal(mode_t mode) {
  std::string text = "0";
  for (const unsigned shift : {6U, 3U, 0U}) text += static_cast<char>('0' + ((mode >> shift) & 7U));
  return text;
}

// Nothing where the file is as it is to be, or is not there.
Findings judge_file(const std::string& path, const Wanted& wanted, uid_t owner) {
  struct stat info{};
  if (lstat(path.c_str(), &info) != 0) return {};
  if ((info.st_mode & S_IFMT) != wanted.kind)
    return {{Level::open, wanted.subject, "is not what it is to be", "a link, a folder or a file of another kind", path,
             "move it away and restart umbra-totpd"}};
  if (info.st_uid != owner)
    return {{Level::open, wanted.subject, "belongs to uid " + std::to_string(info.st_uid), "its owner can replace it",
             path, "chown root " + path}};
  if ((info.st_mode & wanted.forbidden) != 0)
    return {{Level::open, wanted.subject, "has mode " + octal(info.st_mode & 07777U), "others can get at it", path,
             std::string("chmod ") + wanted.chmod + " " + path}};
  return {};
}

Findings judge_key(const MachinePaths& paths) {
  struct stat info{};
  if (lstat(paths.keyring.c_str(), &info) == 0) {
    Findings findings = judge_file(paths.keyring, {"key ring", S_IFREG, 0077, "0400"}, paths.owner);
    if (findings.empty()) findings.push_back({Level::good, "key ring", "root's alone", "", "", ""});
    return findings;
  }
  if (!is_keyless(paths)) return {{Level::good, "key ring", "a credential of systemd's", "", "", ""}};
  if (lstat((paths.state_dir + "/data.mdb").c_str(), &info) != 0)
    return {{Level::note, "key ring", "none yet: the daemon makes one when it first starts", "", "", ""}};
  return {{Level::open, "key ring", "is missing, and there is a database",
           "no record can be opened, and the daemon does not start again", paths.keyring,
           "put it back from your backup"}};
}

Findings judge_room(const MachinePaths& paths) {
  struct statvfs room{};
  if (statvfs(paths.state_dir.c_str(), &room) != 0)
    return {{Level::open, "database", "its folder is missing", "the daemon has nowhere to write", paths.state_dir,
             "systemctl start umbra-totpd"}};
  const std::uint64_t bytes = std::uint64_t{room.f_bavail} * room.f_frsize;
  if (bytes >= kLittleRoom) return {{Level::good, "database", std::to_string(bytes >> 20U) + " MiB free", "", "", ""}};
  return {{bytes < kNoRoom ? Level::open : Level::warning, "database",
           "only " + std::to_string(bytes >> 20U) + " MiB free", "on a full disk every login is refused",
           paths.state_dir, "make room on that file system"}};
}

std::string folder_of(const std::string& path) { return path.substr(0, path.rfind('/')); }

}  // namespace

bool is_keyless(const MachinePaths& paths) {
  const auto is_there = [](const std::string& path) { return access(path.c_str(), F_OK) == 0; };
  return !is_there(paths.keyring) && std::ranges::none_of(paths.credentials, is_there);
}

Findings judge_files(const MachinePaths& paths) {
  Findings findings;
  const auto add = [&findings](const Findings& more) { findings.insert(findings.end(), more.begin(), more.end()); };
  add(judge_file(folder_of(paths.socket), {"socket's folder", S_IFDIR, 0022, "0755"}, paths.owner));
  add(judge_file(paths.socket, {"socket", S_IFSOCK, 0, "0666"}, paths.owner));
  struct stat info{};
  if (stat(paths.socket.c_str(), &info) == 0 && (info.st_mode & 0666U) != 0666U)
    findings.push_back({Level::warning, "socket", "has mode " + octal(info.st_mode & 07777U),
                        "users and screen lockers cannot reach it", paths.socket, "chmod 0666 " + paths.socket});
  add(judge_key(paths));
  add(judge_file(paths.state_dir, {"database", S_IFDIR, 0077, "0700"}, paths.owner));
  add(judge_file(paths.state_dir + "/data.mdb", {"database", S_IFREG, 0077, "0600"}, paths.owner));
  add(judge_file(paths.config, {"configuration", S_IFREG, 0022, "0644"}, paths.owner));
  add(judge_room(paths));
  return findings;
}

}  // namespace umbra
