// The tool's command line, one word a line.
#include "setup_tool/words.hpp"

#include <algorithm>
#include <cstring>

#include "setup_tool/verbs.hpp"
#include "tests/fuzz/targets.hpp"

namespace umbra::fuzz {

void words(Bytes input) {
  std::string all(text(input));
  seconds_of(all);
  std::replace(all.begin(), all.end(), '\n', '\0');
  std::vector<const char*> argv = {"umbra-totp"};
  for (std::size_t at = 0; at < all.size(); at += std::strlen(all.c_str() + at) + 1) argv.push_back(all.c_str() + at);
  const Parsed parsed = parse_words(static_cast<int>(argv.size()), argv.data());
  if (!parsed.words) {
    require(!parsed.out.empty() || !parsed.line.empty(), "where nothing is done, it is said why");
    require(parsed.line.find('\n') == std::string::npos, "an error is one line");
    require(parsed.exit == Exit::done || parsed.exit == Exit::usage, "a word is understood or a mistake");
    return;
  }
  require(parsed.words->user.size() <= 255, "a user's name can be sent");
  require(parsed.words->digits <= 8 && parsed.words->algorithm <= 3, "what is asked for exists");
}

}  // namespace umbra::fuzz
