#include "daemon/store/epoch_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <stdexcept>

#include "daemon/crypto/sodium.hpp"

namespace umbra {
namespace {

constexpr std::string_view kEpochTitle = "umbra-totp epoch 1\n";
constexpr std::size_t kBody = 16 + 8 + 8, kSum = 16;  // bytes

using Sector = std::array<std::uint8_t, Journal::kSector>;

std::string path_of(const StateDirectory& directory) { return directory.path() + "/epoch"; }

[[noreturn]] void cannot(const char* what, const std::string& path) {
  throw std::runtime_error(std::string("cannot ") + what + " " + path + ": " + std::strerror(errno));
}

Sector encode(const EpochFile::Mark& mark) noexcept {
  Sector sector{};
  std::copy(kEpochTitle.begin(), kEpochTitle.end(), sector.begin());
  const std::span<std::uint8_t> body = std::span(sector).subspan(kEpochTitle.size(), kBody);
  Writer w(body);
  w.field(mark.lineage.bytes);
  w.field(mark.generation);
  w.field(mark.batch);
  sodium::generichash({body}, std::span(sector).subspan(kEpochTitle.size() + kBody).first<kSum>());
  return sector;
}

bool write_whole(int fd, const Sector& sector) noexcept {
  ssize_t n = 0;
  do n = pwrite(fd, sector.data(), sector.size(), 0);
  while (n < 0 && errno == EINTR);
  return n == static_cast<ssize_t>(sector.size());
}

// With its content on disk before it has the name.
Descriptor create(const StateDirectory& directory, const EpochFile::Mark& mark) {
  const std::string path = path_of(directory), fresh = path + ".new";
  unlink(fresh.c_str());  // what a crash left
  Descriptor file(open(fresh.c_str(), O_RDWR | O_CREAT | O_EXCL | O_DSYNC | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file) cannot("create", fresh);
  if (!write_whole(file.get(), encode(mark)) || fsync(file.get()) != 0) cannot("write", fresh);
  if (rename(fresh.c_str(), path.c_str()) != 0) cannot("replace", path);
  directory.sync();
  return file;
}

Descriptor open_whole(const StateDirectory& directory, const EpochFile::Mark& mark) {
  const std::string path = path_of(directory);
  Descriptor file(open(path.c_str(), O_RDWR | O_DSYNC | O_CLOEXEC | O_NOFOLLOW));
  if (!file) cannot("open", path);
  if (!write_whole(file.get(), encode(mark))) cannot("write", path);
  return file;
}

}  // namespace

EpochFile::Found EpochFile::read(const StateDirectory& directory, Mark& mark) {
  const std::string path = path_of(directory);
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!file && errno == ENOENT) return Found::missing;
  if (!file) cannot("open", path);
  Sector sector{};
  ssize_t n = 0;
  do n = pread(file.get(), sector.data(), sector.size(), 0);
  while (n < 0 && errno == EINTR);
  if (n < 0) cannot("read", path);
  Reader r(std::span<const std::uint8_t>(sector).subspan(kEpochTitle.size(), kBody));
  r.field(mark.lineage.bytes);
  r.field(mark.generation);
  r.field(mark.batch);
  return r.ok() && sodium::equal(sector, encode(mark)) ? Found::whole : Found::damaged;
}

EpochFile::EpochFile(const StateDirectory& directory, const Mark& mark, Found found)
    : file_(found == Found::whole ? open_whole(directory, mark) : create(directory, mark)) {}

bool EpochFile::write(const Mark& mark) const noexcept { return write_whole(file_.get(), encode(mark)); }

}  // namespace umbra
