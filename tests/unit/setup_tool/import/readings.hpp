// What a parser of an import format made of a text, as tests look at it.
#pragma once

#include <gmock/gmock.h>

#include <functional>

#include "setup_tool/import/imported.hpp"

namespace umbra::test {

using Read = std::function<intake::Reading(std::string_view)>;

inline constexpr char kSecretText[] = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
inline constexpr char kSecret[] = "12345678901234567890";

inline std::string text(Bytes bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

// The one credential that stands there.
inline intake::Credential one(const Read& read, std::string_view from) {
  const intake::Reading reading = read(from);
  EXPECT_EQ(reading.wrong, "") << from;
  EXPECT_EQ(reading.credentials.size(), 1U) << from;
  return reading.credentials.size() == 1 ? reading.credentials[0] : intake::Credential{};
}

// Refused, for `why`, without a word of what stood there.
inline void expect_wrong(const Read& read, std::string_view from, const std::string& why) {
  const intake::Reading reading = read(from);
  EXPECT_TRUE(reading.credentials.empty()) << from;
  EXPECT_THAT(reading.wrong, testing::HasSubstr(why)) << from;
  EXPECT_THAT(reading.wrong, testing::Not(testing::HasSubstr(kSecretText))) << from;
}

// Whatever is cut off, there is a credential with a secret, or nothing.
inline void cut_everywhere(const Read& read, const std::string& from) {
  for (std::size_t size = 0; size <= from.size(); ++size) {
    // A copy of just this size, so that a sanitizer sees every byte that is read behind it.
    const std::vector<char> cut(from.begin(), from.begin() + static_cast<std::ptrdiff_t>(size));
    const intake::Reading reading = read({cut.data(), cut.size()});
    EXPECT_TRUE(reading.wrong.empty() || reading.credentials.empty()) << size;
    for (const auto& credential : reading.credentials)
      EXPECT_TRUE(!credential.secret.empty() || credential.enforced) << size;
  }
}

inline std::vector<std::uint64_t> steps(const intake::Credential& credential) {
  std::vector<std::uint64_t> all;
  for (const auto& used : credential.used) all.push_back(used.step);
  return all;
}

}  // namespace umbra::test
