// The lines and words of a PAM file, as libpam 1.5 cuts them; ruled by pam.conf(5). Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace umbra::pam {

struct TextLine {
  std::string text;     // without comment, continuations joined
  unsigned number = 0;  // of its first part
};

struct TextLines {
  std::vector<TextLine> lines;
  bool cut_off = false;  // the file ends behind a backslash: libpam then takes the whole file for unreadable
};

TextLines lines_of(std::string_view text);

// Blank-separated; "[…]" is one word without its brackets, in which "\]" means "]".
std::vector<std::string> words_of(std::string_view line);

}  // namespace umbra::pam
