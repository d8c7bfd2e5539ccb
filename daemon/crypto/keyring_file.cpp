#include "daemon/crypto/keyring_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <stdexcept>

#include "common/descriptor.hpp"
#include "common/secret.hpp"
#include "daemon/crypto/keyring_text.hpp"
#include "daemon/crypto/sodium.hpp"

namespace umbra {
namespace {

constexpr std::size_t kMaxFile = 64 * 1024;
constexpr std::string_view kComment =
    "# umbra-totp key ring: the first key seals, all open. Keep a copy in a safe place.\n";

tl::unexpected<std::string> failed(const std::string& path, const char* doing, int code) {
  return tl::unexpected("cannot " + std::string(doing) + " the key ring " + path + ": " + std::strerror(code));
}

// Bytes read, at most `size`; -1 with errno.
ssize_t read_all(int fd, std::uint8_t* to, std::size_t size) noexcept {
  std::size_t at = 0;
  while (at < size) {
    const ssize_t n = read(fd, to + at, size - at);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return -1;
    if (n == 0) break;
    at += static_cast<std::size_t>(n);
  }
  return static_cast<ssize_t>(at);
}

bool write_all(int fd, std::string_view text) noexcept {
  while (!text.empty()) {
    const ssize_t n = write(fd, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

std::string folder_of(const std::string& path) {
  const auto slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// A name in a folder is durable only with the folder itself.
bool sync_folder(const std::string& folder) noexcept {
  const Descriptor file(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return file && fsync(file.get()) == 0;
}

// The file's text, in memory that is locked and wiped.
struct Text {
  sodium::LockedMemory memory = sodium::locked_memory(kMaxFile);
  std::size_t size = 0;
  [[nodiscard]] std::string_view view() const noexcept { return {reinterpret_cast<const char*>(memory.get()), size}; }
  void add(std::string_view more) {
    if (more.size() > kMaxFile - size) throw std::length_error("the key ring is too long");
    std::memcpy(memory.get() + size, more.data(), more.size());
    size += more.size();
  }
};

tl::expected<Text, std::string> read_text(const std::string& path, bool& missing) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file) {
    missing = errno == ENOENT;
    return failed(path, "open", errno);
  }
  Text text;
  const ssize_t size = read_all(file.get(), text.memory.get(), kMaxFile);
  if (size < 0) return failed(path, "read", errno);
  if (static_cast<std::size_t>(size) == kMaxFile) return failed(path, "read", EFBIG);
  text.size = static_cast<std::size_t>(size);
  return text;
}

struct NewKey {
  char text[64] = {};
  NewKey() {
    SecretBytes<fernet::kKeySize> key;
    sodium::random(key.resize(fernet::kKeySize));
    sodium::encode_base64url(key.view(), text);
  }
  NewKey(const NewKey&) = delete;
  NewKey& operator=(const NewKey&) = delete;
  ~NewKey() { wipe(text, sizeof text); }
};

bool same_keys(const KeyRing& a, const KeyRing& b) {
  return std::ranges::equal(a.keys(), b.keys(), {}, &KeyInfo::id, &KeyInfo::id);
}

RingFailure failure(const std::string& path, const char* doing, int code) {
  const bool read_only = code == EROFS || code == EACCES || code == EPERM;
  return {read_only ? RingFailure::Kind::read_only : RingFailure::Kind::failed, failed(path, doing, code).value()};
}

// What went wrong, and by which error.
struct Step {
  const char* doing;
  int code;
};

// The new file has its content on disk before it gets the name, and the name is on disk before anybody seals by it.
std::optional<Step> put(const std::string& target, std::string_view text, bool replace) {
  const std::string fresh = target + ".new";
  unlink(fresh.c_str());  // what a crash left sealed nothing
  const Descriptor file(open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0400));
  if (!file) return Step{"create", errno};
  const auto name_it = [&] {
    if (replace) return rename(fresh.c_str(), target.c_str());
    return renameat2(AT_FDCWD, fresh.c_str(), AT_FDCWD, target.c_str(), RENAME_NOREPLACE);
  };
  if (!write_all(file.get(), text) || fsync(file.get()) != 0 || name_it() != 0) {
    const int code = errno;
    unlink(fresh.c_str());
    return Step{"write", code};
  }
  if (!sync_folder(folder_of(target))) return Step{"sync", errno};
  return std::nullopt;
}

std::optional<RingFailure> put_in_place(const std::string& path, std::string_view text) {
  char real[PATH_MAX];  // of a symbolic link the file changes, not the link
  if (realpath(path.c_str(), real) == nullptr) return failure(path, "find", errno);
  if (const auto wrong = put(real, text, true)) return failure(real, wrong->doing, wrong->code);
  return std::nullopt;
}

tl::expected<KeyRing, RingFailure> change(const std::string& path, const KeyRing& present,
                                          const std::function<void(std::string_view, Text&)>& edit) {
  using Kind = RingFailure::Kind;
  if (is_credential(path))
    return tl::unexpected(RingFailure{Kind::read_only, "the key ring " + path + " is a credential of systemd"});
  bool missing = false;
  const auto before = read_text(path, missing);
  if (!before) return tl::unexpected(RingFailure{missing ? Kind::changed : Kind::failed, before.error()});
  const auto ring = KeyRing::parse(before->view());
  if (!ring || !same_keys(*ring, present))
    return tl::unexpected(RingFailure{Kind::changed, "the key ring " + path + " was changed since it was read"});
  Text after;
  edit(before->view(), after);
  auto fresh = KeyRing::parse(after.view());
  if (!fresh) return tl::unexpected(RingFailure{Kind::failed, fresh.error()});
  if (auto wrong = put_in_place(path, after.view())) return tl::unexpected(std::move(*wrong));
  return std::move(*fresh);
}

}  // namespace

tl::expected<KeyRing, std::string> load_keyring(const std::string& path, bool& missing) {
  missing = false;
  const auto text = read_text(path, missing);
  if (!text) return tl::unexpected(text.error());
  auto ring = KeyRing::parse(text->view());
  if (!ring) return tl::unexpected("the key ring " + path + ", " + ring.error());
  return ring;
}

tl::expected<void, std::string> show_keys(const std::string& path, const KeyRing& present,
                                          const std::function<void(std::string_view)>& each) {
  bool missing = false;
  const auto text = read_text(path, missing);
  if (!text) return tl::unexpected(text.error());
  const auto ring = KeyRing::parse(text->view());
  const bool in_use = ring && same_keys(*ring, present);
  if (!in_use)
    return tl::unexpected("the key ring " + path + " was changed since it was read: restart umbra-totpd first");
  for (std::string_view rest = text->view(); !rest.empty();) {
    const std::string_view line = keyring_text::take_line(rest);
    if (keyring_text::is_key(line)) each(keyring_text::trim(line));
  }
  return {};
}

tl::expected<KeyRing, std::string> create_keyring(const std::string& path, std::int64_t now) {
  mkdir(folder_of(path).c_str(), 0755);  // where that fails, open() tells
  const NewKey key;
  Text text;
  text.add(kComment);
  text.add(keyring_text::made_line(now));
  text.add(key.text);
  text.add("\n");
  // Half a key ring would only stand in the way of the next start, and what is there is never written over.
  if (const auto wrong = put(path, text.view(), false)) return failed(path, wrong->doing, wrong->code);
  return KeyRing::parse(text.view());
}

tl::expected<KeyRing, RingFailure> add_key(const std::string& path, const KeyRing& present, std::int64_t now) {
  return change(path, present, [now](std::string_view before, Text& after) {
    const NewKey key;
    keyring_text::with_first(before, key.text, now, [&](std::string_view part) { after.add(part); });
  });
}

tl::expected<KeyRing, RingFailure> keep_first_key(const std::string& path, const KeyRing& present) {
  return change(path, present, [](std::string_view before, Text& after) {
    keyring_text::first_alone(before, [&](std::string_view part) { after.add(part); });
  });
}

bool is_credential(const std::string& path) {
  const char* const directory = std::getenv("CREDENTIALS_DIRECTORY");
  return directory != nullptr && *directory != '\0' && path.starts_with(std::string(directory) + "/");
}

bool readable_by_others(const std::string& path) {
  struct stat status{};
  return stat(path.c_str(), &status) == 0 && (status.st_mode & (S_IRWXG | S_IRWXO)) != 0;
}

}  // namespace umbra
