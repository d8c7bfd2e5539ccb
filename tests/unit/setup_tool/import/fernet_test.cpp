#include "setup_tool/fernet.hpp"

#include <gtest/gtest.h>

#include "setup_tool/base64.hpp"

namespace umbra {
namespace {

constexpr char kKey[] = "cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=";
// github.com/fernet/spec, verify.json.
constexpr char kToken[] =
    "gAAAAAAdwJ6wAAECAwQFBgcICQoLDA0ODy021cpGVWKZ_eEwCGM4BLLF_5CV9dOPmrhuVUPgJobwOz7JcbmrR64jVmpU4IwqDA==";

Bytes bytes(std::string_view text) { return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}; }
std::string opened(const FernetKey& key, std::string_view token) {
  const auto plain = key.open(token);
  return plain ? std::string(plain->begin(), plain->end()) : "(refused)";
}

TEST(ForeignFernet, TheSpecificationsToken) { EXPECT_EQ(opened(*FernetKey::of_base64(kKey), kToken), "hello"); }

TEST(ForeignFernet, WhatItSealsItOpens) {
  const FernetKey key = FernetKey::of_text("a setting");
  for (const std::string text : {"x", "fifteen bytes..", "sixteen bytes...", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"}) {
    const SecretText token = key.seal(bytes(text), 1'700'000'000);
    EXPECT_EQ(opened(key, token), text);
    EXPECT_NE(token, key.seal(bytes(text), 1'700'000'000)) << "an initialization vector of its own";
    EXPECT_EQ(opened(FernetKey::of_text("another"), token), "(refused)");
  }
}

TEST(ForeignFernet, AnyChangeIsRefused) {
  const FernetKey key = *FernetKey::of_base64(kKey);
  const std::string token = kToken;
  for (std::size_t at = 0; at < token.size(); ++at) {
    std::string other = token;
    other[at] = other[at] == 'A' ? 'B' : 'A';
    EXPECT_EQ(opened(key, other), "(refused)") << at;
    EXPECT_EQ(opened(key, token.substr(0, at)), "(refused)") << at;
  }
  EXPECT_EQ(opened(key, token + "AAAA"), "(refused)");
}

TEST(ForeignFernet, KeysOfTheWrongSizeAreNone) {
  EXPECT_FALSE(FernetKey::of_base64("MTExMTExMTExMTExMTExMTExMTExMTExMTExMTExMQ==").has_value());
  EXPECT_FALSE(FernetKey::of_base64("a setting").has_value());
  EXPECT_FALSE(FernetKey::of_base64("").has_value());
}

}  // namespace
}  // namespace umbra
