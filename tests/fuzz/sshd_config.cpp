// sshd's settings as doctor reads them; each file that is included says the same line.
#include "setup_tool/doctor/sshd_config.hpp"

#include "tests/fuzz/targets.hpp"

namespace umbra::fuzz {

void sshd_config(Bytes input) {
  int times = 0;  // a file that includes itself for ever takes longer than an input may; sshd_test.cpp sees it end
  const auto read = [&](const std::string& pattern) -> std::vector<pam::File> {
    if (pattern == "main" && ++times <= 20) return {{"/etc/ssh/sshd_config", std::string(text(input))}};
    return {{"/etc/ssh/sshd_config.d/a.conf", "UsePAM yes\nMatch all\nUsePAM no\n"}};
  };
  const auto settings = sshd::read_settings("main", read);
  for (const sshd::Setting& one : settings) {
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
