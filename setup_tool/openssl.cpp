#include "setup_tool/openssl.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include "setup_tool/failure.hpp"

namespace umbra::openssl {
namespace {

void check(bool worked) {
  if (!worked) throw Failure(Exit::unavailable, "libcrypto does not work here: check the installation of OpenSSL");
}

struct FreeCipher {
  void operator()(EVP_CIPHER_CTX* context) const noexcept { EVP_CIPHER_CTX_free(context); }
};
using Cipher = std::unique_ptr<EVP_CIPHER_CTX, FreeCipher>;

Cipher start(Bytes key, Bytes iv, bool encrypt) {
  check(key.size() == kAesKeySize && iv.size() == kAesBlockSize);
  Cipher cipher(EVP_CIPHER_CTX_new());
  check(cipher &&
        EVP_CipherInit_ex2(cipher.get(), EVP_aes_128_cbc(), key.data(), iv.data(), encrypt ? 1 : 0, nullptr) == 1);
  return cipher;
}

bool run(EVP_CIPHER_CTX* cipher, Bytes in, SecretBlob& out) {
  out.resize(in.size() + kAesBlockSize);
  int size = 0;
  int last = 0;
  if (EVP_CipherUpdate(cipher, out.data(), &size, in.data(), static_cast<int>(in.size())) != 1 ||
      EVP_CipherFinal_ex(cipher, out.data() + size, &last) != 1)
    return false;
  out.resize(static_cast<std::size_t>(size) + static_cast<std::size_t>(last));
  return true;
}

}  // namespace

void sha256(Bytes data, std::span<std::uint8_t, kSha256Size> out) {
  std::size_t size = 0;
  check(EVP_Q_digest(nullptr, "SHA256", nullptr, data.data(), data.size(), out.data(), &size) == 1);
}

void hmac_sha256(Bytes key, Bytes data, std::span<std::uint8_t, kSha256Size> out) {
  std::size_t size = 0;
  check(EVP_Q_mac(nullptr, "HMAC", nullptr, "SHA256", nullptr, key.data(), key.size(), data.data(), data.size(),
                  out.data(), out.size(), &size) != nullptr);
}

SecretBlob encrypt_aes128_cbc(Bytes key, Bytes iv, Bytes plain) {
  SecretBlob sealed;
  check(run(start(key, iv, true).get(), plain, sealed));
  return sealed;
}

SecretBlob decrypt_aes128_cbc(Bytes key, Bytes iv, Bytes sealed) {
  SecretBlob plain;
  if (!run(start(key, iv, false).get(), sealed, plain)) plain.clear();
  return plain;
}

bool equal(Bytes a, Bytes b) noexcept {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

void random(std::span<std::uint8_t> out) { check(RAND_bytes(out.data(), static_cast<int>(out.size())) == 1); }

}  // namespace umbra::openssl
