#include "daemon/crypto/keyring.hpp"

#include <algorithm>
#include <ctime>
#include <mutex>

#include "common/secret.hpp"
#include "daemon/crypto/keyring_text.hpp"
#include "daemon/crypto/sodium.hpp"

namespace umbra {
namespace {

constexpr std::size_t kKeyText = 44;  // base64url of 32 bytes

std::string at_line(std::size_t number, const char* what) { return "line " + std::to_string(number) + ": " + what; }

// 32 bits of a hash of 256 that nobody can guess tell nothing of them.
std::string id_of(Bytes key) {
  constexpr std::string_view kTitle = "umbra-totp key id", kDigits = "0123456789abcdef";
  std::uint8_t sum[16];
  sodium::generichash({{reinterpret_cast<const std::uint8_t*>(kTitle.data()), kTitle.size()}, key}, sum);
  std::string id;
  for (const std::uint8_t byte : std::span(sum).first(4)) {
    id += kDigits[byte >> 4];
    id += kDigits[byte & 15];
  }
  return id;
}

}  // namespace

struct KeyRing::Entry {
  fernet::Key key;
  KeyInfo info;
};

struct KeyRing::Shared {
  std::mutex mutex;
  std::shared_ptr<const Keys> keys;  // guarded by mutex
};

KeyRing::KeyRing() : shared_(std::make_unique<Shared>()) {}
KeyRing::KeyRing(KeyRing&&) noexcept = default;
KeyRing& KeyRing::operator=(KeyRing&&) noexcept = default;
KeyRing::~KeyRing() = default;

tl::expected<KeyRing, std::string> KeyRing::parse(std::string_view text) {
  auto keys = std::make_shared<Keys>();
  std::vector<std::string_view> seen;
  std::int64_t made = 0;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::string_view line = keyring_text::trim(keyring_text::take_line(text));
    if (line.empty() || line.front() == '#') {
      made = keyring_text::time_of(line).value_or(made);
      continue;
    }
    SecretBytes<fernet::kKeySize> key;
    const auto size =
        line.size() == kKeyText ? sodium::decode_base64url(line, key.resize(fernet::kKeySize)) : std::nullopt;
    if (size != fernet::kKeySize)
      return tl::unexpected(at_line(number, "not a key: a key is 44 characters, the base64url text of 32 bytes"));
    for (const std::string_view other : seen)
      if (other == line) return tl::unexpected(at_line(number, "this key is there already: take one of the two out"));
    seen.push_back(line);
    keys->push_back({fernet::Key(key.view()), {id_of(key.view()), std::exchange(made, 0)}});
  }
  if (keys->empty()) return tl::unexpected(std::string("holds no key: put a key ring from a backup in its place"));
  KeyRing ring;
  ring.shared_->keys = std::move(keys);
  return ring;
}

std::shared_ptr<const KeyRing::Keys> KeyRing::now() const {
  const std::lock_guard lock(shared_->mutex);
  return shared_->keys;
}

void KeyRing::replace(KeyRing&& fresh) {
  auto keys = fresh.now();
  const std::lock_guard lock(shared_->mutex);
  shared_->keys.swap(keys);  // the last who uses the old ones frees them
}

std::string KeyRing::seal(Bytes plain, std::int64_t now) const {
  std::uint8_t iv[16];
  sodium::random_iv(iv);
  return this->now()->front().key.seal(plain, now, iv);
}

std::optional<std::size_t> KeyRing::open(std::string_view token, std::optional<std::int64_t> ttl, std::int64_t now,
                                         std::span<std::uint8_t> out) const {
  const auto keys = this->now();
  for (const Entry& entry : *keys)
    if (const auto size = entry.key.open(token, ttl, now, out)) return size;
  return std::nullopt;
}

std::optional<KeyRing::Opened> KeyRing::open_by(std::string_view token, std::int64_t now,
                                                std::span<std::uint8_t> out) const {
  const auto keys = this->now();
  for (std::size_t i = 0; i < keys->size(); ++i)
    if (const auto size = (*keys)[i].key.open(token, std::nullopt, now, out)) return Opened{*size, i};
  return std::nullopt;
}

std::vector<KeyInfo> KeyRing::keys() const {
  std::vector<KeyInfo> infos;
  for (const Entry& entry : *now()) infos.push_back(entry.info);
  return infos;
}

std::size_t KeyRing::size() const { return now()->size(); }

}  // namespace umbra
