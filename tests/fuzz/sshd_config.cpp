// sshd's settings as doctor reads them; each file that is included says the same line.
#include "setup_tool/doctor/sshd_config.hpp"

#include <algorithm>
#include <span>

#include "tests/fuzz/targets.hpp"

namespace umbra::fuzz {

void sshd_config(Bytes input) {
  const auto read = [&](const std::string& pattern) -> std::vector<pam::File> {
    if (pattern == "main") return {{"/etc/ssh/sshd_config", std::string(text(input))}};
    return {{"/etc/ssh/sshd_config.d/a.conf", "UsePAM yes\nMatch all\nUsePAM no\n"}};
  };
  const auto settings = sshd::read_settings("main", read);
  // Files that include themselves give thousands, and each of these looks through all of them.
  constexpr std::size_t kLookedAt = 50;
  for (const sshd::Setting& one : std::span(settings).first(std::min(settings.size(), kLookedAt))) {
    require(!one.keyword.empty() && one.place.line >= 1, "a setting has a keyword and a place");
    require(one.keyword.find_first_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ") == std::string::npos, "keywords are lower case");
    const sshd::Setting* first = sshd::winner(settings, one.keyword);
    if (first == nullptr) continue;
    require(first->keyword == one.keyword, "what wins was asked for");
    const sshd::Setting* second = sshd::loser(settings, *first);
    require(second == nullptr || (second > first && second->keyword == first->keyword), "what loses stands below");
  }
}

}  // namespace umbra::fuzz
