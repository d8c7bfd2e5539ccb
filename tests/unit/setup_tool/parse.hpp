// The tool's words, parsed as main parses them.
#pragma once

#include <gmock/gmock.h>

#include <algorithm>
#include <vector>

#include "setup_tool/words.hpp"

namespace umbra::test {

inline Parsed parse(const std::vector<const char*>& words) {
  std::vector<const char*> argv(words.size() + 1, "umbra-totp");
  std::copy(words.begin(), words.end(), argv.begin() + 1);
  return parse_words(static_cast<int>(argv.size()), argv.data());
}

inline Words good(const std::vector<const char*>& words) {
  const Parsed parsed = parse(words);
  EXPECT_TRUE(parsed.words.has_value()) << parsed.line;
  return parsed.words.value_or(Words{});
}

inline void expect_usage(const std::vector<const char*>& words, const char* what = "") {
  const Parsed parsed = parse(words);
  EXPECT_FALSE(parsed.words.has_value());
  EXPECT_EQ(parsed.exit, Exit::usage);
  EXPECT_THAT(parsed.line, testing::HasSubstr(what));
  EXPECT_EQ(parsed.line.find('\n'), std::string::npos) << parsed.line;
}

}  // namespace umbra::test
