#include "common/secret.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <memory>
#include <new>

namespace umbra {
namespace {

constexpr std::array<std::uint8_t, 8> kSecret = {'s', '3', 'c', 'r', '3', 't', '!', '?'};
using Secret = SecretBytes<16>;

// Storage that outlives the object in it: what a destructor left behind can be looked at.
struct Storage {
  alignas(Secret) unsigned char bytes[sizeof(Secret)];

  Storage() { std::fill(std::begin(bytes), std::end(bytes), static_cast<unsigned char>(0xA5)); }
  [[nodiscard]] bool holds(std::span<const std::uint8_t> what) const {
    return std::search(std::begin(bytes), std::end(bytes), what.begin(), what.end()) != std::end(bytes);
  }
};

TEST(SecretBytes, DestructorWipes) {
  Storage storage;
  auto* secret = new (storage.bytes) Secret;
  secret->assign(kSecret);
  ASSERT_TRUE(storage.holds(kSecret));
  std::destroy_at(secret);
  EXPECT_FALSE(storage.holds(kSecret));
  EXPECT_FALSE(storage.holds(std::span(kSecret).first(2))) << "no part of it either";
}

TEST(SecretBytes, ClearWipes) {
  Storage storage;
  auto* secret = new (storage.bytes) Secret;
  secret->assign(kSecret);
  secret->clear();
  EXPECT_TRUE(secret->empty());
  EXPECT_FALSE(storage.holds(std::span(kSecret).first(2)));
  std::destroy_at(secret);
}

TEST(SecretBytes, ShorterValueLeavesNoTailOfTheLonger) {
  Storage storage;
  auto* secret = new (storage.bytes) Secret;
  secret->assign(kSecret);
  secret->assign(std::span(kSecret).first(1));
  EXPECT_EQ(secret->size(), 1U);
  EXPECT_FALSE(storage.holds(std::span(kSecret).subspan(1)));
  secret->resize(3);
  EXPECT_FALSE(storage.holds(std::span(kSecret).first(1))) << "resize starts from nothing";
  std::destroy_at(secret);
}

TEST(SecretBytes, TooLongIsEmptyAndSaysSo) {
  SecretBytes<4> secret;
  EXPECT_TRUE(secret.assign(std::span(kSecret).first(4)));
  EXPECT_FALSE(secret.assign(std::span(kSecret).first(5)));
  EXPECT_TRUE(secret.empty());
  EXPECT_EQ(secret.resize(5).size(), 0U);
  EXPECT_EQ(secret.resize(4).size(), 4U);
}

TEST(SecretBytes, CopiesHoldTheSame) {
  Secret one;
  one.assign(kSecret);
  Secret two(one);
  Secret three;
  three = one;
  Secret& alias = three;
  three = alias;
  one.clear();
  EXPECT_TRUE(std::ranges::equal(two.view(), kSecret));
  EXPECT_TRUE(std::ranges::equal(three.view(), kSecret));
}

TEST(WipeGuard, WipesWhateverWayTheScopeEnds) {
  auto data = kSecret;
  try {
    const WipeGuard guard(data.data(), data.size());
    throw 1;
  } catch (int) {
  }
  EXPECT_EQ(data, (std::array<std::uint8_t, 8>{}));
}

}  // namespace
}  // namespace umbra
