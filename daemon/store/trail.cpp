#include "daemon/store/trail.hpp"

#include <array>
#include <utility>
#include <vector>

namespace umbra {
namespace {

using Mode = lmdb::Transaction::Mode;

constexpr std::size_t kMaxEntry = 700;  // bytes, before sealing
constexpr std::uint8_t kMagic = 0xC2;   // neither a record nor a challenge starts with it

// High-order byte first, so that LMDB's order is the order of numbers.
std::array<char, 8> key_of(std::uint64_t number) noexcept {
  std::array<char, 8> key{};
  for (std::size_t i = key.size(); i-- > 0; number >>= 8) key[i] = static_cast<char>(number & 0xFF);
  return key;
}
std::string_view text(const std::array<char, 8>& key) noexcept { return {key.data(), key.size()}; }
std::uint64_t number_of(std::string_view key) noexcept {
  std::uint64_t number = 0;
  for (const char c : key) number = number << 8 | static_cast<unsigned char>(c);
  return number;
}

std::string_view at_most(std::string_view text, std::size_t limit) noexcept { return text.substr(0, limit); }

wire::TrailEntry entry_of(const TrailLine& line, std::uint64_t number) {
  return {number,
          line.time,
          line.dropped,
          line.accepted,
          static_cast<std::uint8_t>(line.reason),
          at_most(line.event, wire::kMaxEvent),
          at_most(line.user, wire::kMaxUser),
          at_most(line.service, wire::kMaxService),
          at_most(line.source, wire::kMaxRhost)};
}

}  // namespace

LmdbTrail::LmdbTrail(const lmdb::Environment& env, std::shared_ptr<const KeyRing> ring, const Clock& clock,
                     std::size_t most)
    : env_(env), ring_(std::move(ring)), clock_(clock), most_(most) {
  lmdb::Transaction txn(env_, Mode::write);
  trail_.emplace(txn, "trail");
  txn.commit();
}

tl::expected<void, StoreError> LmdbTrail::append(std::span<const TrailLine> lines) try {
  lmdb::Transaction txn(env_, Mode::write);
  std::uint64_t number = 0;
  {
    lmdb::Cursor cursor(txn, *trail_);
    if (const auto last = cursor.last()) number = number_of(last->key);
  }
  for (const TrailLine& line : lines) {
    std::array<std::uint8_t, kMaxEntry> plain;
    Writer w(plain);
    w.field(kMagic);
    const wire::TrailEntry entry = entry_of(line, ++number);
    wire::TrailEntry::fields(w, entry);
    trail_->put(txn, text(key_of(number)), ring_->seal(Bytes(plain).first(w.size()), clock_.wall()));
  }
  for (std::size_t count = trail_->entries(txn); count > most_; --count) {
    lmdb::Cursor cursor(txn, *trail_);
    const auto oldest = cursor.at_or_after({});
    if (!oldest) break;
    trail_->erase(txn, std::string(oldest->key));
  }
  txn.commit();
  return {};
} catch (const std::exception& error) {
  return tl::unexpected(StoreError(error.what()));
}

// An entry that does not open was changed from outside: it is left out, and its number shows that it is missing.
bool LmdbTrail::show(const lmdb::Entry& entry, const Each& each) const {
  std::array<std::uint8_t, kMaxEntry> plain;
  const auto size = ring_->open(entry.value, std::nullopt, clock_.wall(), plain);
  if (!size) return true;
  Reader r(Bytes(plain).first(*size));
  std::uint8_t magic = 0;
  wire::TrailEntry line;
  r.field(magic);
  wire::TrailEntry::fields(r, line);
  if (!r.ok() || !r.at_end() || magic != kMagic || line.number != number_of(entry.key)) return true;
  return each(line);
}

tl::expected<void, StoreError> LmdbTrail::read(std::uint64_t after, const Each& each) try {
  if (after == UINT64_MAX) return {};
  const lmdb::Transaction txn(env_, Mode::read);
  lmdb::Cursor cursor(txn, *trail_);
  const auto key = key_of(after + 1);
  for (auto entry = cursor.at_or_after(text(key)); entry && show(*entry, each);) entry = cursor.next();
  return {};
} catch (const std::exception& error) {
  return tl::unexpected(StoreError(error.what()));
}

tl::expected<void, StoreError> LmdbTrail::read_back(const Each& each) try {
  const lmdb::Transaction txn(env_, Mode::read);
  lmdb::Cursor cursor(txn, *trail_);
  for (auto entry = cursor.last(); entry && show(*entry, each);) entry = cursor.previous();
  return {};
} catch (const std::exception& error) {
  return tl::unexpected(StoreError(error.what()));
}

tl::expected<void, StoreError> LmdbTrail::survey(std::span<std::uint64_t> by_key) try {
  const lmdb::Transaction txn(env_, Mode::read);
  lmdb::Cursor cursor(txn, *trail_);
  std::array<std::uint8_t, kMaxEntry> plain;
  for (auto entry = cursor.at_or_after({}); entry; entry = cursor.next())
    if (const auto opened = ring_->open_by(entry->value, clock_.wall(), plain); opened && opened->key < by_key.size())
      ++by_key[opened->key];
  return {};
} catch (const std::exception& error) {
  return tl::unexpected(StoreError(error.what()));
}

tl::expected<LmdbTrail::Resealed, StoreError> LmdbTrail::reseal(std::uint64_t after, std::size_t most) try {
  Resealed result{after, 0};
  if (after == UINT64_MAX) return result;
  lmdb::Transaction txn(env_, Mode::write);
  std::vector<std::pair<std::string, std::string>> fresh;
  {
    lmdb::Cursor cursor(txn, *trail_);
    const auto key = key_of(after + 1);
    std::array<std::uint8_t, kMaxEntry> plain;
    for (auto entry = cursor.at_or_after(text(key)); entry && result.looked_at < most; entry = cursor.next()) {
      ++result.looked_at;
      result.last = number_of(entry->key);
      const auto opened = ring_->open_by(entry->value, clock_.wall(), plain);
      if (opened && opened->key != 0)
        fresh.emplace_back(entry->key, ring_->seal(Bytes(plain).first(opened->size), clock_.wall()));
    }
  }
  if (fresh.empty()) return result;
  for (const auto& [key, token] : fresh) trail_->put(txn, key, token);
  txn.commit();
  return result;
} catch (const std::exception& error) {
  return tl::unexpected(StoreError(error.what()));
}

std::size_t LmdbTrail::entries() const {
  const lmdb::Transaction txn(env_, Mode::read);
  return trail_->entries(txn);
}

}  // namespace umbra
