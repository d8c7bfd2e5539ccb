// The words behind the module's name, one a line.
#include "pam_module/options.hpp"

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "tests/fuzz/targets.hpp"

namespace umbra::fuzz {

void options(Bytes input) {
  std::string all(text(input));
  std::replace(all.begin(), all.end(), '\n', '\0');
  std::vector<const char*> argv;
  for (std::size_t at = 0; at < all.size(); at += std::strlen(all.c_str() + at) + 1) argv.push_back(all.c_str() + at);
  Options options;
  const char* bad = parse_options(static_cast<int>(argv.size()), argv.data(), options);
  require(bad == nullptr || std::find(argv.begin(), argv.end(), bad) != argv.end(), "what is bad is one of the words");
  require(std::memchr(options.prompt, '\0', sizeof options.prompt) != nullptr, "a prompt ends");
  require(*options.question() != '\0', "there is a question");
  if (bad != nullptr) return;
  require(options.timeout_ms > 0, "there is a deadline");
  require(options.socket == nullptr || (options.socket >= all.data() && options.socket <= all.data() + all.size()),
          "a path lies in its word");
}

}  // namespace umbra::fuzz
