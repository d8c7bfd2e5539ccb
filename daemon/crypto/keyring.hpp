// The key ring: the first key seals, all open; file format in short: one base64url key a line, # comments; ruled by
// ARCHITECTURE.md, "Keys".
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "daemon/crypto/fernet.hpp"

namespace umbra {

// What may be told of a key.
struct KeyInfo {
  std::string id;         // eight hexadecimal digits, by which people tell keys apart
  std::int64_t made = 0;  // unix seconds; 0: the file does not say
  bool operator==(const KeyInfo&) const = default;
};

// Safe to use from several threads. What was begun with the keys of before a replace() ends with them.
class KeyRing {
 public:
  // At least one key, no duplicate. The error is one line that names the bad line by number, never its text.
  static tl::expected<KeyRing, std::string> parse(std::string_view text);
  KeyRing(KeyRing&&) noexcept;
  KeyRing& operator=(KeyRing&&) noexcept;
  ~KeyRing();

  [[nodiscard]] std::string seal(Bytes plain, std::int64_t now) const;
  [[nodiscard]] std::optional<std::size_t> open(std::string_view token, std::optional<std::int64_t> ttl,
                                                std::int64_t now, std::span<std::uint8_t> out) const;

  struct Opened {
    std::size_t size = 0;
    std::size_t key = 0;  // counted from the first
  };
  // Like open() without a TTL, and says by which key.
  [[nodiscard]] std::optional<Opened> open_by(std::string_view token, std::int64_t now,
                                              std::span<std::uint8_t> out) const;
  [[nodiscard]] std::vector<KeyInfo> keys() const;
  [[nodiscard]] std::size_t size() const;

  // From now on these are the keys, for everybody who holds this ring.
  void replace(KeyRing&& fresh);

 private:
  struct Entry;
  struct Shared;
  using Keys = std::vector<Entry>;

  KeyRing();
  [[nodiscard]] std::shared_ptr<const Keys> now() const;

  std::unique_ptr<Shared> shared_;
};

}  // namespace umbra
