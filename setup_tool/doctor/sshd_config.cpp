#include "setup_tool/doctor/sshd_config.hpp"

#include <algorithm>
#include <sstream>

namespace umbra::sshd {
namespace {

constexpr int kMostIncludes = 16;  // sshd's own limit of depth
constexpr int kMostFiles = 1000;   // ours: files that include each other twice would never end

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c; });
  return text;
}

std::string newer_name(const std::string& keyword) {
  if (keyword == "challengeresponseauthentication" || keyword == "skeyauthentication")
    return "kbdinteractiveauthentication";
  return keyword;
}

// `Keyword value`, `Keyword=value` and `Keyword "two words"`; a comment begins with a word that begins with #.
std::vector<std::string> words_of(const std::string& line) {
  std::vector<std::string> words;
  bool quoted = false, open = false;
  for (const char c : line) {
    const bool gap = c == ' ' || c == '\t' || c == '\r' || (c == '=' && words.size() <= 1);
    if (c == '#' && !quoted && !open) break;
    if (c == '"') {
      quoted = !quoted;
      if (!open) words.emplace_back();
      open = true;
    } else if (gap && !quoted) {
      open = false;
    } else {
      if (!open) words.emplace_back();
      open = true;
      words.back() += c;
    }
  }
  return words;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (std::size_t i = 1; i < words.size(); ++i) text += (i == 1 ? "" : " ") + words[i];
  return text;
}

void read_into(std::vector<Setting>& settings, const std::string& path, const ReadFiles& read, const std::string& match,
               int depth, int& files) {
  if (depth >= kMostIncludes || ++files > kMostFiles) return;
  for (const pam::File& file : read(path)) {
    std::istringstream text(file.text);
    std::string here = match;  // a Match ends with its file
    unsigned number = 0;
    for (std::string line; std::getline(text, line);) {
      ++number;
      std::vector<std::string> words = words_of(line);
      if (!words.empty() && words[0].empty()) words.erase(words.begin());  // sshd looks past one empty word
      if (words.size() < 2 || words[0].empty()) continue;
      const std::string keyword = newer_name(lower(words[0]));
      if (keyword == "match") {
        here = match.empty() || lower(match) == "all" ? joined(words) : match;
      } else if (keyword == "include") {
        for (std::size_t i = 1; i < words.size(); ++i) read_into(settings, words[i], read, here, depth + 1, files);
      } else {
        settings.push_back({keyword, joined(words), here, {file.path, number}});
      }
    }
  }
}

bool is_all(const Setting& setting) { return lower(setting.match) == "all"; }

}  // namespace

std::vector<Setting> read_settings(const std::string& path, const ReadFiles& read) {
  std::vector<Setting> settings;
  int files = 0;
  read_into(settings, path, read, "", 0, files);
  return settings;
}

const Setting* winner(const std::vector<Setting>& settings, std::string_view keyword) {
  const Setting* first = nullptr;
  for (const Setting& one : settings) {
    if (one.keyword != keyword) continue;
    if (is_all(one)) return &one;
    if (first == nullptr && one.match.empty()) first = &one;
  }
  return first;
}

const Setting* loser(const std::vector<Setting>& settings, const Setting& winner) {
  for (const Setting& one : settings)
    if (&one > &winner && one.keyword == winner.keyword && one.match.empty() && lower(one.value) != lower(winner.value))
      return &one;
  return nullptr;
}

}  // namespace umbra::sshd
