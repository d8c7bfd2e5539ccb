// What libcrypto's memory holds behind a call: all that it has allocated in this program is searched.
#include <gtest/gtest.h>
#include <openssl/crypto.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <mutex>
#include <vector>

#include "daemon/crypto/openssl.hpp"

namespace umbra {
namespace {

// Made when it is first asked for, which is before main().
struct Blocks {
  std::mutex mutex;
  std::map<void*, std::size_t> live;
};
Blocks& blocks() {
  static auto* const all = new Blocks;
  return *all;
}
void forget(void* block) {
  const std::lock_guard lock(blocks().mutex);
  blocks().live.erase(block);
}
void* remember(void* block, std::size_t size) {
  const std::lock_guard lock(blocks().mutex);
  if (block != nullptr) blocks().live[block] = size;
  return block;
}

void* allocate(std::size_t size, const char*, int) { return remember(std::malloc(size), size); }
void* reallocate(void* block, std::size_t size, const char*, int) {
  forget(block);
  return remember(std::realloc(block, size), size);
}
void release(void* block, const char*, int) {
  forget(block);
  std::free(block);
}

// Only before libcrypto has allocated anything.
const bool kWatched = CRYPTO_set_mem_functions(allocate, reallocate, release) == 1;

bool is_there(const std::vector<std::uint8_t>& bytes) {
  const std::lock_guard lock(blocks().mutex);
  return std::ranges::any_of(blocks().live, [&](const auto& block) {
    const Bytes memory(static_cast<const std::uint8_t*>(block.first), block.second);
    return std::ranges::search(memory, bytes).begin() != memory.end();
  });
}

// The first two words of a digest as the hash itself has them: in the machine's order of bytes.
std::vector<std::uint8_t> as_words(Bytes digest, std::size_t word) {
  std::vector<std::uint8_t> words(digest.begin(), digest.begin() + static_cast<std::ptrdiff_t>(2 * word));
  for (auto at = words.begin(); at != words.end(); at += static_cast<std::ptrdiff_t>(word))
    std::reverse(at, at + static_cast<std::ptrdiff_t>(word));
  return words;
}

TEST(Openssl, HmacLeavesNothingBehind) {
  ASSERT_TRUE(kWatched);
  const std::uint8_t key[20] = {'k', 'e', 'y'}, message[8] = {1};
  for (const auto digest : {openssl::Digest::sha1, openssl::Digest::sha256, openssl::Digest::sha512}) {
    std::array<std::uint8_t, openssl::kMaxDigestSize> out{};
    const std::size_t size = openssl::hmac(digest, key, message, out);
    for (const std::size_t word : {4U, 8U}) EXPECT_FALSE(is_there(as_words(Bytes(out).first(size), word)));
  }
  EXPECT_FALSE(blocks().live.empty());
}

}  // namespace
}  // namespace umbra
