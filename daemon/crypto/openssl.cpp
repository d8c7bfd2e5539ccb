#include "daemon/crypto/openssl.hpp"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

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

// RFC 4648, section 5: "the 62:nd and 63:rd characters" are "-" and "_" where libcrypto knows "+" and "/". NUL: none of
// them, which libcrypto refuses.
constexpr std::array<std::uint8_t, 256> kFromUrlSafe = [] {
  std::array<std::uint8_t, 256> table{};
  for (std::uint8_t c = 0; c < 128; ++c)
    if ((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) table[c] = c;
  table['-'] = '+';
  table['_'] = '/';
  return table;
}();

const char* name(Digest digest) noexcept {
  switch (digest) {
    case Digest::sha1: return "SHA1";
    case Digest::sha256: return "SHA256";
    case Digest::sha512: return "SHA512";
  }
  return "";
}

EVP_MAC_CTX* make_keyless(Digest digest) {
  EVP_MAC* const mac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  check(mac != nullptr, "HMAC");
  EVP_MAC_CTX* const ctx = EVP_MAC_CTX_new(mac);
  EVP_MAC_free(mac);
  check(ctx != nullptr, "HMAC");
  const OSSL_PARAM params[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, const_cast<char*>(name(digest)), 0),
      OSSL_PARAM_construct_end()};
  check(EVP_MAC_CTX_set_params(ctx, params) == 1, name(digest));
  return ctx;
}

}  // namespace

void Hmac::Free::operator()(evp_mac_ctx_st* ctx) const noexcept { EVP_MAC_CTX_free(ctx); }

const evp_mac_ctx_st* Hmac::keyless(Digest digest) {
  static const EVP_MAC_CTX* const contexts[] = {make_keyless(Digest::sha1), make_keyless(Digest::sha256),
                                                make_keyless(Digest::sha512)};
  return contexts[static_cast<std::size_t>(digest)];
}

Hmac::Context Hmac::duplicate(const evp_mac_ctx_st* ctx) {
  Context copy(EVP_MAC_CTX_dup(ctx));
  check(copy != nullptr, "HMAC");
  return copy;
}

Hmac::Context Hmac::keyed(Digest digest, Bytes key) {
  Context ctx = duplicate(keyless(digest));
  // A null key means "the key from before" to libcrypto, and an empty span may be null.
  static constexpr std::uint8_t kEmpty = 0;
  check(EVP_MAC_init(ctx.get(), key.empty() ? &kEmpty : key.data(), key.size(), nullptr) == 1, "HMAC");
  return ctx;
}

std::size_t Hmac::finish(evp_mac_ctx_st* ctx, Bytes data, std::span<std::uint8_t, kMaxDigestSize> out) {
  std::size_t size = 0;
  check(EVP_MAC_update(ctx, data.data(), data.size()) == 1, "HMAC");
  check(EVP_MAC_final(ctx, out.data(), &size, out.size()) == 1, "HMAC");
  return size;
}

Hmac::Hmac(Digest digest, Bytes key) : ctx_(keyed(digest, key)) {}

std::size_t Hmac::operator()(Bytes data, std::span<std::uint8_t, kMaxDigestSize> out) const {
  return finish(duplicate(ctx_.get()).get(), data, out);
}

std::size_t Hmac::once(Digest digest, Bytes key, Bytes data, std::span<std::uint8_t, kMaxDigestSize> out) {
  return finish(keyed(digest, key).get(), data, out);
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

std::string encode_base64url(Bytes in) {
  std::string text((in.size() + 2) / 3 * 4 + 1, '\0');  // and libcrypto's final NUL
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), in.data(), static_cast<int>(in.size()));
  text.pop_back();
  // A few of each: to search for them takes half as long as to look at every letter.
  for (const auto& [theirs, ours] : {std::pair('+', '-'), std::pair('/', '_')})
    for (auto at = text.find(theirs); at != std::string::npos; at = text.find(theirs, at + 1)) text[at] = ours;
  return text;
}

std::optional<std::size_t> decode_base64url(std::string_view in, std::span<std::uint8_t> out) noexcept {
  if (in.size() % 4 != 0) return std::nullopt;
  std::size_t padding = 0;
  while (padding < 2 && padding < in.size() && in[in.size() - 1 - padding] == '=') ++padding;
  if (in.size() / 4 * 3 > out.size() + padding) return std::nullopt;

  std::size_t size = 0;
  while (!in.empty()) {
    std::array<std::uint8_t, 256> text;
    std::array<std::uint8_t, text.size() / 4 * 3> bytes;
    const std::string_view part = in.substr(0, text.size());
    in.remove_prefix(part.size());
    const std::size_t pad = in.empty() ? padding : 0, letters = part.size() - pad;
    for (std::size_t i = 0; i < letters; ++i) text[i] = kFromUrlSafe[static_cast<unsigned char>(part[i])];
    for (std::size_t i = letters; i < part.size(); ++i) text[i] = '=';
    if (EVP_DecodeBlock(bytes.data(), text.data(), static_cast<int>(part.size())) < 0) return std::nullopt;
    // It makes bytes of the padding as well: zeros, unless the last letter had bits to spare.
    const std::size_t got = part.size() / 4 * 3 - pad;
    for (std::size_t i = got; i < got + pad; ++i)
      if (bytes[i] != 0) return std::nullopt;
    std::copy_n(bytes.begin(), got, out.begin() + static_cast<std::ptrdiff_t>(size));
    size += got;
  }
  return size;
}

}  // namespace umbra::openssl
