#include "setup_tool/doctor/pam_words.hpp"

#include <algorithm>

namespace umbra::pam {
namespace {

constexpr std::string_view kBlanks = " \t\n";

// Takes the first line from the front of `text`.
std::string_view take_line(std::string_view& text) {
  const auto end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

std::string take_bracketed(std::string_view line, std::size_t& at) {
  std::string word;
  for (++at; at < line.size() && line[at] != ']'; ++at) {
    if (line[at] == '\\' && at + 1 < line.size() && line[at + 1] == ']') ++at;
    word += line[at];
  }
  if (at < line.size()) ++at;
  return word;
}

}  // namespace

TextLines lines_of(std::string_view text) {
  TextLines found;
  TextLine open;  // what a backslash left unfinished
  for (unsigned number = 1; !text.empty(); ++number) {
    std::string_view line = take_line(text);
    const auto start = line.find_first_not_of(kBlanks);
    // Blank lines and comments in the middle of a continued line do not end it.
    if (start == std::string_view::npos || line[start] == '#') continue;
    line.remove_prefix(start);
    if (open.number == 0) open.number = number;
    const auto comment = line.find('#');
    line = line.substr(0, comment);
    const auto last = line.find_last_not_of(kBlanks);
    const bool goes_on = comment == std::string_view::npos && line[last] == '\\';
    open.text += goes_on ? std::string(line.substr(0, last)) + ' ' : std::string(line);
    if (goes_on) continue;
    found.lines.push_back(open);
    open = {};
  }
  found.cut_off = open.number != 0;
  return found;
}

std::vector<std::string> words_of(std::string_view line) {
  std::vector<std::string> words;
  for (std::size_t at = line.find_first_not_of(kBlanks); at < line.size(); at = line.find_first_not_of(kBlanks, at)) {
    if (line[at] == '[') {
      words.push_back(take_bracketed(line, at));
      continue;
    }
    const auto end = std::min(line.find_first_of(kBlanks, at), line.size());
    words.emplace_back(line.substr(at, end - at));
    at = end;
  }
  return words;
}

}  // namespace umbra::pam
