#include "daemon/store/journal.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "daemon/crypto/sodium.hpp"

namespace umbra {
namespace {

constexpr std::string_view kTitle = "umbra-totp journal 1\n";
constexpr std::size_t kTitlePage = 4096;           // in front of the segments
constexpr std::uint32_t kMagic = 0x4A544D55;       // "UMTJ"
constexpr std::size_t kHead = 4 + 8 + 4 + 4 + 16;  // bytes: magic, number, changes, payload's size, checksum
constexpr std::size_t kMaxName = 300, kMaxToken = 8192;

constexpr off_t place_of(std::size_t segment) noexcept {
  return static_cast<off_t>(kTitlePage + segment * Journal::kSegment);
}
constexpr std::size_t whole_sectors(std::size_t size) noexcept {
  return (size + Journal::kSector - 1) / Journal::kSector * Journal::kSector;
}

[[noreturn]] void fail(const char* what, const std::string& path) {
  throw std::runtime_error(std::string("cannot ") + what + " the journal " + path + ": " + std::strerror(errno));
}

// 0, or errno. With O_DSYNC each write is durable when it returns.
int write_all(int fd, Bytes bytes, off_t at) noexcept {
  while (!bytes.empty()) {
    const ssize_t n = pwrite(fd, bytes.data(), bytes.size(), at);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return n < 0 ? errno : EIO;
    bytes = bytes.subspan(static_cast<std::size_t>(n));
    at += n;
  }
  return 0;
}

bool read_all(int fd, std::span<std::uint8_t> bytes, off_t at) noexcept {
  while (!bytes.empty()) {
    const ssize_t n = pread(fd, bytes.data(), bytes.size(), at);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(n));
    at += n;
  }
  return true;
}

std::vector<std::uint8_t> title_of(const JournalId& id) {
  std::vector<std::uint8_t> title(kTitlePage);
  std::copy(kTitle.begin(), kTitle.end(), title.begin());
  std::copy(std::begin(id.bytes), std::end(id.bytes), title.begin() + kTitle.size());
  return title;
}

}  // namespace

std::string JournalMark::encode() const {
  std::uint8_t room[sizeof id.bytes + sizeof applied + 1];
  Writer w(room);
  w.field(id.bytes);
  w.field(applied);
  w.field(closed);
  return {reinterpret_cast<const char*>(room), w.size()};
}

JournalMark JournalMark::decode(std::string_view stored) {
  JournalMark mark;
  Reader r(Bytes(reinterpret_cast<const std::uint8_t*>(stored.data()), stored.size()));
  r.field(mark.id.bytes);
  r.field(mark.applied);
  r.field(mark.closed);
  if (!r.ok() || !r.at_end())
    throw std::runtime_error("the database's mark of its journal is damaged: restore a backup");
  return mark;
}

bool Journal::belongs(const std::string& path, const JournalId& id) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  struct stat status{};
  std::vector<std::uint8_t> title(kTitlePage);
  return file && fstat(file.get(), &status) == 0 && status.st_size == place_of(2) && read_all(file.get(), title, 0) &&
         title == title_of(id);
}

// Zeros are written, not only reserved: a write into a hole would have to sync the file system's own journal as well.
void Journal::create(const std::string& path, const JournalId& id) {
  const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file) fail("create", path);
  const auto put = [&](Bytes bytes, off_t at) {
    errno = write_all(file.get(), bytes, at);
    if (errno != 0) fail("write", path);
  };
  const std::vector<std::uint8_t> zeros(kSegment);
  for (const std::size_t segment : {std::size_t{0}, std::size_t{1}}) put(zeros, place_of(segment));
  put(title_of(id), 0);
  if (fsync(file.get()) != 0) fail("write", path);
}

Journal::Journal(const std::string& path, const JournalId& id, std::uint64_t applied,
                 const std::function<void(const std::string&, std::string_view)>& each)
    : file_(::open(path.c_str(), O_RDWR | O_DSYNC | O_CLOEXEC | O_NOFOLLOW)), id_(id), last_(applied) {
  if (!file_) fail("open", path);
  auto batches = read_segment(0);
  std::ranges::move(read_segment(1), std::back_inserter(batches));
  std::ranges::sort(batches, {}, &Batch::number);
  for (const Batch& batch : batches) {
    if (batch.number != last_ + 1)
      throw std::runtime_error("the journal " + path + " is damaged: batch " + std::to_string(last_ + 1) +
                               " is missing before " + std::to_string(batch.number) + "; restore a backup");
    for (const auto& [user, token] : batch.tokens) each(user, token);
    last_ = batch.number;
  }
}

std::vector<Journal::Batch> Journal::read_segment(std::size_t segment) const {
  std::vector<std::uint8_t> bytes(kSegment);
  if (!read_all(file_.get(), bytes, place_of(segment)))
    throw std::runtime_error("the journal cannot be read: look at the disk");
  return batches_in(bytes, id_, last_);
}

// Each sector may be a batch's first. What was being written when the power went is none, and what an earlier round
// left has numbers that LMDB has; so a batch that is missing between two others was damaged later.
std::vector<Journal::Batch> Journal::batches_in(Bytes rest, const JournalId& id, std::uint64_t applied) {
  std::vector<Batch> batches;
  while (!rest.empty()) {
    Batch batch;
    std::size_t size = 0;
    if (!read_batch(rest, id, batch, size))
      size = std::min(kSector, rest.size());
    else if (batch.number > applied)
      batches.push_back(std::move(batch));
    rest = rest.subspan(size);
  }
  return batches;
}

bool Journal::read_batch(Bytes rest, const JournalId& id, Batch& batch, std::size_t& size) {
  Reader head(rest);
  std::uint32_t magic = 0, count = 0, payload_size = 0;
  std::uint8_t stored[16] = {};
  head.field(magic);
  head.field(batch.number);
  head.field(count);
  head.field(payload_size);
  head.field(stored);
  if (!head.ok() || magic != kMagic || payload_size > head.left()) return false;
  const Bytes payload = rest.subspan(kHead, payload_size);
  if (!sodium::equal(stored, checksum(id, rest.first(kHead - sizeof stored), payload))) return false;
  Reader r(payload);
  for (std::uint32_t i = 0; i < count && r.ok(); ++i) {
    std::string_view user, token;
    r.field(user, kMaxName);
    r.field(token, kMaxToken);
    batch.tokens.insert_or_assign(std::string(user), std::string(token));
  }
  size = std::min(whole_sectors(kHead + payload_size), rest.size());
  return r.ok() && r.at_end();
}

std::array<std::uint8_t, 16> Journal::checksum(const JournalId& id, Bytes head, Bytes payload) {
  std::array<std::uint8_t, 16> sum;
  sodium::generichash({id.bytes, head, payload}, sum);
  return sum;
}

std::size_t Journal::size_of(const Tokens& tokens) noexcept {
  std::size_t size = kHead;
  for (const auto& [user, token] : tokens) size += 2 + user.size() + 2 + token.size();
  return whole_sectors(size);
}

// A batch starts on a sector of its own, so that no later write touches one that holds an acknowledged change.
tl::expected<void, StoreError> Journal::append(const Tokens& tokens) {
  buffer_.assign(size_of(tokens), 0);
  const std::span<std::uint8_t> room(buffer_);
  Writer w(room.subspan(kHead));
  for (const auto& [user, token] : tokens) {
    w.field(user, kMaxName);
    w.field(token, kMaxToken);
  }
  if (!w.ok() || at_ + buffer_.size() > kSegment) return tl::unexpected(StoreError("the journal has no room"));
  Writer head(room.first(kHead));
  head.field(kMagic);
  head.field(last_ + 1);
  head.field(static_cast<std::uint32_t>(tokens.size()));
  head.field(static_cast<std::uint32_t>(w.size()));
  const auto sum = checksum(id_, room.first(head.size()), room.subspan(kHead, w.size()));
  std::ranges::copy(sum, buffer_.begin() + static_cast<std::ptrdiff_t>(head.size()));
  if (auto written = write(buffer_); !written) {
    failed_ = true;
    return written;
  }
  failed_ = false;
  at_ += buffer_.size();
  ++last_;
  return {};
}

tl::expected<void, StoreError> Journal::write(Bytes bytes) {
  const int code = write_all(file_.get(), bytes, place_of(segment_) + static_cast<off_t>(at_));
  if (code != 0) return tl::unexpected("cannot write the journal: " + std::string(std::strerror(code)));
  return {};
}

// The number of a batch that failed is used again. It must not be found twice: here as it failed, and there.
tl::expected<void, StoreError> Journal::turn() {
  const std::uint8_t nothing[kSector] = {};
  if (failed_ && at_ < kSegment)
    if (auto wiped = write(nothing); !wiped) return wiped;
  failed_ = false;
  segment_ = 1 - segment_;
  at_ = 0;
  return {};
}

}  // namespace umbra
