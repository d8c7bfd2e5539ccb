// The audit trail: what was decided, numbered, sealed, and only so much of it; ruled by ARCHITECTURE.md, "Audit trail".
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <tl/expected.hpp>

#include "common/admin_messages.hpp"
#include "daemon/crypto/keyring.hpp"
#include "daemon/store/lmdb.hpp"
#include "daemon/store/store.hpp"
#include "daemon/system/clock.hpp"

namespace umbra {

struct TrailLine {
  std::int64_t time = 0;      // unix seconds
  std::uint32_t dropped = 0;  // entries before this one that a flood cost
  bool accepted = false;
  wire::Reason reason = wire::Reason::unspecified;
  std::string event, user, service, source;  // cut to the limits of wire::TrailEntry
};

class Trail {
 public:
  static constexpr std::size_t kMost = 100'000;  // entries; the oldest go first
  // Texts live until `each` returns; false: enough.
  using Each = std::function<bool(const wire::TrailEntry& entry)>;

  virtual ~Trail() = default;
  // Numbers and writes them in one step. An error means that none was written.
  virtual tl::expected<void, StoreError> append(std::span<const TrailLine> lines) = 0;
  // Entries behind number `after`, the oldest first.
  virtual tl::expected<void, StoreError> read(std::uint64_t after, const Each& each) = 0;
  // All entries, the newest first.
  virtual tl::expected<void, StoreError> read_back(const Each& each) = 0;
};

class LmdbTrail final : public Trail {
 public:
  // `most`: for tests.
  LmdbTrail(const lmdb::Environment& env, std::shared_ptr<const KeyRing> ring, const Clock& clock,
            std::size_t most = kMost);

  tl::expected<void, StoreError> append(std::span<const TrailLine> lines) override;
  tl::expected<void, StoreError> read(std::uint64_t after, const Each& each) override;
  tl::expected<void, StoreError> read_back(const Each& each) override;

  // How many entries each key of the ring opens, added to `by_key`.
  tl::expected<void, StoreError> survey(std::span<std::uint64_t> by_key);
  // Looks at `most` entries behind number `after` and seals by the first key what another one opens, in one step: the
  // number of the last one that it looked at, and how many those were.
  struct Resealed {
    std::uint64_t last = 0;
    std::size_t looked_at = 0;
  };
  tl::expected<Resealed, StoreError> reseal(std::uint64_t after, std::size_t most);
  [[nodiscard]] std::size_t entries() const;  // throws lmdb::Error

 private:
  bool show(const lmdb::Entry& entry, const Each& each) const;

  const lmdb::Environment& env_;
  std::shared_ptr<const KeyRing> ring_;
  const Clock& clock_;
  std::size_t most_;
  std::optional<lmdb::Database> trail_;
};

}  // namespace umbra
