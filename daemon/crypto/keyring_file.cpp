#include "daemon/crypto/keyring_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "common/descriptor.hpp"
#include "common/secret.hpp"
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

}  // namespace

tl::expected<KeyRing, std::string> load_keyring(const std::string& path, bool& missing) {
  missing = false;
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file) {
    missing = errno == ENOENT;
    return failed(path, "open", errno);
  }
  const auto text = sodium::locked_memory(kMaxFile);
  const ssize_t size = read_all(file.get(), text.get(), kMaxFile);
  if (size < 0) return failed(path, "read", errno);
  if (static_cast<std::size_t>(size) == kMaxFile) return failed(path, "read", EFBIG);
  auto ring = KeyRing::parse({reinterpret_cast<const char*>(text.get()), static_cast<std::size_t>(size)});
  if (!ring) return tl::unexpected("the key ring " + path + ", " + ring.error());
  return ring;
}

tl::expected<KeyRing, std::string> create_keyring(const std::string& path) {
  mkdir(folder_of(path).c_str(), 0755);  // where that fails, open() tells
  const Descriptor file(open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0400));
  if (!file) return failed(path, "create", errno);
  SecretBytes<fernet::kKeySize> key;
  sodium::random(key.resize(fernet::kKeySize));
  char text[64];
  const WipeGuard guard(text, sizeof text);
  sodium::encode_base64url(key.view(), text);
  const bool written = write_all(file.get(), kComment) && write_all(file.get(), {text, std::strlen(text)}) &&
                       write_all(file.get(), "\n") && fsync(file.get()) == 0 && sync_folder(folder_of(path));
  if (!written) {
    const int code = errno;
    unlink(path.c_str());  // half a key ring would only stand in the way of the next start
    return failed(path, "write", code);
  }
  return KeyRing::parse({text, std::strlen(text)});
}

bool readable_by_others(const std::string& path) {
  struct stat status{};
  return stat(path.c_str(), &status) == 0 && (status.st_mode & (S_IRWXG | S_IRWXO)) != 0;
}

}  // namespace umbra
