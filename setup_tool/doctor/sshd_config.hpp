// sshd's settings with the lines that they stand on, through Include and Match; ruled by sshd_config(5). Pure: the
// files come through a function.
#pragma once

#include "setup_tool/doctor/pam_stack.hpp"

namespace umbra::sshd {

struct Setting {
  std::string keyword;  // in lower case, by its newer name
  std::string value;    // words separated by one space, without quotes
  std::string match;    // the condition of its Match block; empty: for everybody
  pam::Place place;
};

// The files that a path with wildcards names, in sshd's order.
using ReadFiles = std::function<std::vector<pam::File>(const std::string& pattern)>;

std::vector<Setting> read_settings(const std::string& path, const ReadFiles& read);

// What holds for everybody: `Match all`, else the first value that is given; null where none is.
const Setting* winner(const std::vector<Setting>& settings, std::string_view keyword);
// Its first contradiction further below, which sshd does not heed; null where there is none.
const Setting* loser(const std::vector<Setting>& settings, const Setting& winner);

}  // namespace umbra::sshd
