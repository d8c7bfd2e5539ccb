// The key ring: the first key seals, all open; file format in short: one base64url key a line, # comments.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "daemon/crypto/fernet.hpp"

namespace umbra {

class KeyRing {
 public:
  // At least one key, no duplicate. The error is one line that names the bad line by number, never its text.
  static tl::expected<KeyRing, std::string> parse(std::string_view text);

  [[nodiscard]] std::string seal(Bytes plain, std::int64_t now) const;
  [[nodiscard]] std::optional<std::size_t> open(std::string_view token, std::optional<std::int64_t> ttl,
                                                std::int64_t now, std::span<std::uint8_t> out) const;
  [[nodiscard]] std::size_t size() const noexcept { return keys_.size(); }

 private:
  std::vector<fernet::Key> keys_;
};

}  // namespace umbra
