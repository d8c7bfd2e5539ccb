#include "daemon/crypto/keyring.hpp"

#include "common/secret.hpp"
#include "daemon/crypto/sodium.hpp"

namespace umbra {
namespace {

constexpr std::size_t kKeyText = 44;  // base64url of 32 bytes

std::string_view trim(std::string_view line) noexcept {
  constexpr std::string_view kBlank = " \t\r";
  const auto first = line.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return line.substr(first, line.find_last_not_of(kBlank) - first + 1);
}

std::string at_line(std::size_t number, const char* what) { return "line " + std::to_string(number) + ": " + what; }

}  // namespace

tl::expected<KeyRing, std::string> KeyRing::parse(std::string_view text) {
  KeyRing ring;
  std::vector<std::string_view> seen;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::string_view line = trim(text.substr(0, text.find('\n')));
    text.remove_prefix(
        std::min(text.size(), text.find('\n') == std::string_view::npos ? text.size() : text.find('\n') + 1));
    if (line.empty() || line.front() == '#') continue;
    SecretBytes<fernet::kKeySize> key;
    const auto size =
        line.size() == kKeyText ? sodium::decode_base64url(line, key.resize(fernet::kKeySize)) : std::nullopt;
    if (size != fernet::kKeySize)
      return tl::unexpected(at_line(number, "not a key: a key is 44 characters, the base64url text of 32 bytes"));
    for (const std::string_view other : seen)
      if (other == line) return tl::unexpected(at_line(number, "this key is there already: take one of the two out"));
    seen.push_back(line);
    ring.keys_.emplace_back(key.view());
  }
  if (ring.keys_.empty()) return tl::unexpected(std::string("holds no key: put a key ring from a backup in its place"));
  return ring;
}

std::string KeyRing::seal(Bytes plain, std::int64_t now) const {
  std::uint8_t iv[16];
  sodium::random_iv(iv);
  return keys_.front().seal(plain, now, iv);
}

std::optional<std::size_t> KeyRing::open(std::string_view token, std::optional<std::int64_t> ttl, std::int64_t now,
                                         std::span<std::uint8_t> out) const {
  for (const fernet::Key& key : keys_)
    if (const auto size = key.open(token, ttl, now, out)) return size;
  return std::nullopt;
}

}  // namespace umbra
