#include "daemon/crypto/argon2.hpp"

#include <argon2.h>

#include "common/secret.hpp"

namespace umbra::argon2 {

bool id(std::string_view password, Bytes salt, std::span<std::uint8_t> hash) noexcept {
  const bool good = salt.size() == kSaltSize && hash.size() == kHashSize &&
                    argon2id_hash_raw(kPasses, kMemoryCostKib, kParallelism, password.data(), password.size(),
                                      salt.data(), salt.size(), hash.data(), hash.size()) == ARGON2_OK;
  if (!good) wipe(hash.data(), hash.size());
  return good;
}

}  // namespace umbra::argon2
