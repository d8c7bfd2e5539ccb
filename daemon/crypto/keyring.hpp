// The key ring: the first key seals, all open; file format in interface terms: one base64url key a line, # comments.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "daemon/crypto/fernet.hpp"

namespace umbra {

class KeyRing {
 public:
  // At least one key, no duplicate. The error is one line that names the bad line by number, never its text.
  static tl::expected<KeyRing, std::string> parse(std::string_view text);
  // One new random key as a key ring file's text (a comment line, then the key), for a first start.
  static std::string generate_text();

  [[nodiscard]] std::string seal(Bytes plain, std::int64_t now) const;
  [[nodiscard]] std::optional<std::size_t> open(std::string_view token, std::optional<std::int64_t> ttl,
                                                std::int64_t now, std::span<std::uint8_t> out) const;
  [[nodiscard]] std::size_t size() const noexcept { return keys_.size(); }

 private:
  std::vector<fernet::Key> keys_;
};

// Reads the file (at most 64 KiB) into wiped memory and parses it. Errors name the path and what to do next.
// `missing` is set where the file does not exist.
tl::expected<KeyRing, std::string> load_keyring(const std::string& path, bool& missing);
// Writes a fresh ring: mode 0400, O_EXCL, never over an existing file, file and folder fsynced.
tl::expected<KeyRing, std::string> create_keyring(const std::string& path);

}  // namespace umbra
