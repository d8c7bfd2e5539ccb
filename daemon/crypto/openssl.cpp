#include "daemon/crypto/openssl.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <initializer_list>
#include <memory>
#include <stdexcept>

#include "common/secret.hpp"

namespace umbra::openssl {
namespace {

void check(bool worked, const char* what) {
  if (!worked) throw std::runtime_error(std::string("libcrypto: ") + what + " failed");
}

struct FreeCipher {
  void operator()(EVP_CIPHER_CTX* ctx) const noexcept { EVP_CIPHER_CTX_free(ctx); }
};
using Cipher = std::unique_ptr<EVP_CIPHER_CTX, FreeCipher>;

// Looked up once: a fetch costs more than the work that follows it. Lives as long as the process.
const EVP_CIPHER* aes128_cbc() {
  static const EVP_CIPHER* const cipher = EVP_CIPHER_fetch(nullptr, "AES-128-CBC", nullptr);
  check(cipher != nullptr, "AES-128-CBC");
  return cipher;
}

struct Hash {
  const char* name;
  std::size_t block, size;  // bytes: RFC 2104's B and L
};
constexpr Hash kHashes[] = {{"SHA1", 64, 20}, {"SHA256", 64, 32}, {"SHA512", 128, 64}};
constexpr std::size_t kMaxBlock = 128;

const EVP_MD* fetched(const Hash& hash) {
  const EVP_MD* const digest = EVP_MD_fetch(nullptr, hash.name, nullptr);
  check(digest != nullptr, hash.name);
  return digest;
}

struct FreeHashing {
  void operator()(EVP_MD_CTX* ctx) const noexcept { EVP_MD_CTX_free(ctx); }
};

// One of each a thread, since a new one costs more than a hash of what we have.
class Hashing {
 public:
  explicit Hashing(Digest digest) : md_(of(digest)), ctx_(EVP_MD_CTX_new()) { check(ctx_ != nullptr, "a digest"); }

  void operator()(std::initializer_list<Bytes> parts, std::uint8_t* out) {
    check(EVP_DigestInit_ex2(ctx_.get(), md_, nullptr) == 1, "a digest");
    for (const Bytes part : parts) check(EVP_DigestUpdate(ctx_.get(), part.data(), part.size()) == 1, "a digest");
    check(EVP_DigestFinal_ex(ctx_.get(), out, nullptr) == 1, "a digest");
  }
  // Else the last digest, and of a long one its input, would stay in there.
  void forget() noexcept { EVP_DigestInit_ex2(ctx_.get(), md_, nullptr); }

 private:
  static const EVP_MD* of(Digest digest) {
    static const EVP_MD* const all[] = {fetched(kHashes[0]), fetched(kHashes[1]), fetched(kHashes[2])};
    return all[static_cast<std::size_t>(digest)];
  }
  const EVP_MD* md_;
  std::unique_ptr<EVP_MD_CTX, FreeHashing> ctx_;
};

struct Forget {
  Hashing& hashing;
  ~Forget() { hashing.forget(); }
};

Hashing& hashing(Digest digest) {
  thread_local Hashing all[] = {Hashing(Digest::sha1), Hashing(Digest::sha256), Hashing(Digest::sha512)};
  return all[static_cast<std::size_t>(digest)];
}

}  // namespace

// By hand over libcrypto's hashes: its own HMAC allocates some seventeen times a call, which was half of what one took.
std::size_t hmac(Digest digest, Bytes key, Bytes data, std::span<std::uint8_t, kMaxDigestSize> out) {
  const Hash& hash = kHashes[static_cast<std::size_t>(digest)];
  Hashing& hashed = hashing(digest);
  const Forget afterwards{hashed};
  std::uint8_t pad[kMaxBlock] = {}, inner[kMaxDigestSize];
  const WipeGuard pad_guard(pad, sizeof pad), inner_guard(inner, sizeof inner);
  // RFC 2104, section 2: "Applications that use keys longer than B bytes will first hash the key using H"; "append
  // zeros to the end of K to create a B byte string".
  if (key.size() > hash.block)
    hashed({key}, pad);
  else
    std::ranges::copy(key, pad);
  // "ipad = the byte 0x36 repeated B times, opad = the byte 0x5C repeated B times. ... H(K XOR opad, H(K XOR ipad,
  // text))".
  for (std::uint8_t& byte : pad) byte ^= 0x36;
  hashed({Bytes(pad, hash.block), data}, inner);
  for (std::uint8_t& byte : pad) byte ^= 0x36 ^ 0x5C;
  hashed({Bytes(pad, hash.block), Bytes(inner, hash.size)}, out.data());
  return hash.size;
}

std::size_t encrypt_aes128_cbc(Bytes key, Bytes iv, Bytes in, std::span<std::uint8_t> out) {
  check(key.size() == kAesKeySize && iv.size() == kAesBlockSize && out.size() >= in.size() + kAesBlockSize, "AES");
  const Cipher ctx(EVP_CIPHER_CTX_new());
  int size = 0;
  int last = 0;
  check(ctx && EVP_EncryptInit_ex2(ctx.get(), aes128_cbc(), key.data(), iv.data(), nullptr) == 1 &&
            EVP_EncryptUpdate(ctx.get(), out.data(), &size, in.data(), static_cast<int>(in.size())) == 1 &&
            EVP_EncryptFinal_ex(ctx.get(), out.data() + size, &last) == 1,
        "AES");
  return static_cast<std::size_t>(size) + static_cast<std::size_t>(last);
}

std::optional<std::size_t> decrypt_aes128_cbc(Bytes key, Bytes iv, Bytes in, std::span<std::uint8_t> out) {
  if (key.size() != kAesKeySize || iv.size() != kAesBlockSize || out.size() < in.size() + kAesBlockSize)
    return std::nullopt;
  const Cipher ctx(EVP_CIPHER_CTX_new());
  int size = 0;
  int last = 0;
  const bool good = ctx && EVP_DecryptInit_ex2(ctx.get(), aes128_cbc(), key.data(), iv.data(), nullptr) == 1 &&
                    EVP_DecryptUpdate(ctx.get(), out.data(), &size, in.data(), static_cast<int>(in.size())) == 1 &&
                    EVP_DecryptFinal_ex(ctx.get(), out.data() + size, &last) == 1;
  if (!good) return std::nullopt;
  return static_cast<std::size_t>(size) + static_cast<std::size_t>(last);
}

}  // namespace umbra::openssl
