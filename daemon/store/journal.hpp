// The journal: a batch of changes is one synchronous write here, and LMDB gets it later; ruled by ARCHITECTURE.md,
// "Journal".
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "common/descriptor.hpp"
#include "daemon/store/overlay.hpp"
#include "daemon/store/store.hpp"

namespace umbra {

// Names the database that a journal belongs to.
struct JournalId {
  std::uint8_t bytes[16] = {};
};

// What LMDB knows of its journal.
struct JournalMark {
  JournalId id;
  std::uint64_t applied = 0;  // number of the newest batch that is in LMDB
  bool closed = true;         // there is none behind it

  [[nodiscard]] std::string encode() const;
  static JournalMark decode(std::string_view stored);  // throws std::runtime_error with one line
};

class Journal {
 public:
  // One of two, in bytes. A batch of the committer's largest size, each record as large as a record may be, fits. The
  // test of power cuts has smaller ones, to see their ends.
#ifdef UMBRA_JOURNAL_SEGMENT
  static constexpr std::size_t kSegment = UMBRA_JOURNAL_SEGMENT;
#else
  static constexpr std::size_t kSegment = std::size_t{8} << 20;
#endif
  static constexpr std::size_t kSector = 512;  // bytes: what a disk writes whole or not at all

  // True where `path` is a journal of the database `id`.
  static bool belongs(const std::string& path, const JournalId& id);
  // Makes an empty one, durable but for its folder's entry. Throws std::runtime_error with one line.
  static void create(const std::string& path, const JournalId& id);

  // Opens the journal of `id`, and gives each change in batches behind number `applied` to `each`, in order. Throws
  // std::runtime_error where batches are missing between those that are there.
  Journal(const std::string& path, const JournalId& id, std::uint64_t applied,
          const std::function<void(const std::string& user, std::string_view token)>& each);

  // The number of the newest batch.
  [[nodiscard]] std::uint64_t last() const noexcept { return last_; }
  [[nodiscard]] bool fits(const Tokens& tokens) const noexcept { return at_ + size_of(tokens) <= kSegment; }
  [[nodiscard]] bool half_full() const noexcept { return at_ > kSegment / 2; }
  // Writes one batch that fits; durable on return. After an error it is as if it had not been asked.
  tl::expected<void, StoreError> append(const Tokens& tokens);
  // Goes on in the other segment, whose batches are in LMDB.
  tl::expected<void, StoreError> turn();

  struct Batch {
    std::uint64_t number = 0;
    Tokens tokens;
  };
  // The batches above the number `applied` that stand in the bytes of a segment. Pure: whatever the bytes are.
  static std::vector<Batch> batches_in(Bytes segment, const JournalId& id, std::uint64_t applied);

 private:
  static std::size_t size_of(const Tokens& tokens) noexcept;
  tl::expected<void, StoreError> write(Bytes bytes);
  std::vector<Batch> read_segment(std::size_t segment) const;
  static bool read_batch(Bytes rest, const JournalId& id, Batch& batch, std::size_t& size);
  static std::array<std::uint8_t, 16> checksum(const JournalId& id, Bytes head, Bytes payload);

  Descriptor file_;
  JournalId id_;
  std::uint64_t last_ = 0;
  std::size_t segment_ = 0, at_ = 0;
  bool failed_ = false;  // at at_ there may be a batch that was answered as not written
  std::vector<std::uint8_t> buffer_;
};

}  // namespace umbra
