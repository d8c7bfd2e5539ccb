#include "setup_tool/doctor/pam_stack.hpp"

#include <strings.h>

#include <algorithm>
#include <iterator>

#include "setup_tool/doctor/pam_words.hpp"

namespace umbra::pam {
namespace {

constexpr int kMostLevels = 16;  // of files in files, libpam's own limit
// Ours: files that include each other twice would make more lines than a disk holds, in libpam's memory as well.
constexpr std::size_t kMostLines = 10'000;

bool is_word(const std::string& word, const char* wanted) { return strcasecmp(word.c_str(), wanted) == 0; }

std::optional<Group> group_of(const std::string& word) {
  if (is_word(word, "auth")) return Group::auth;
  if (is_word(word, "account")) return Group::account;
  if (is_word(word, "password")) return Group::password;
  if (is_word(word, "session")) return Group::session;
  return std::nullopt;
}

class Reading {
 public:
  Reading(Stack& stack, const ReadFile& read) : stack_(stack), read_(read) {}

  // False where libpam takes the file for unreadable; the lines before that are kept, as it keeps them.
  bool file(const std::string& name, std::optional<Group> only, int depth, int level) {
    if (depth >= kMostLevels || stack_.lines.size() >= kMostLines) return false;
    const auto file = read_(name);
    if (!file) return false;
    const TextLines text = lines_of(file->text);
    for (const TextLine& one : text.lines) {
      Line line;
      line.level = level;
      line.place = {file->path, one.number};
      if (!add(line, words_of(one.text), only, depth)) return false;
    }
    return !text.cut_off;
  }

 private:
  bool add(Line& line, std::vector<std::string> words, std::optional<Group> only, int depth) {
    for (const auto& word : words) line.text += (line.text.empty() ? "" : " ") + shown(word);
    if (words[0] == "@include") return include_all(line, words, only, depth);
    if (words[0].starts_with('-')) {
      line.silent = true;
      words[0].erase(0, 1);
    }
    const auto group = group_of(words[0]);
    line.group = group.value_or(only.value_or(Group::auth));
    if (only && line.group != *only) return true;
    if (!group) return give_up(line, words);
    if (words.size() < 2) return give_up(line, words);
    line.control = words[1];
    const bool substack = is_word(words[1], "substack");
    if (substack || is_word(words[1], "include")) return include(line, words, depth, substack);
    line.actions = parse_control(words[1]);
    if (words.size() < 3) return give_up(line, words);
    line.module = words[2];
    line.arguments.assign(words.begin() + 3, words.end());
    stack_.lines.push_back(line);
    return true;
  }

  static std::string shown(const std::string& word) {
    return word.find_first_of(" \t=") != std::string::npos && word.find(' ') != std::string::npos ? "[" + word + "]"
                                                                                                  : word;
  }

  // libpam keeps the control of such a line: "sufficient" makes even its failure harmless.
  bool give_up(Line& line, const std::vector<std::string>& words) {
    line.kind = Line::Kind::must_fail;
    line.actions = parse_control(words.size() < 2 ? "required" : words[1]);
    if (words.size() < 2) line.actions.fill(Action{Act::bad});
    stack_.unreadable.push_back(line.place);
    stack_.lines.push_back(line);
    return true;
  }

  bool include(Line& line, const std::vector<std::string>& words, int depth, bool substack) {
    line.module = words.size() < 3 ? "" : words[2];
    line.actions.fill(Action{Act::bad});
    if (substack) {
      line.kind = Line::Kind::substack;
      stack_.lines.push_back(line);
    }
    if (words.size() >= 3 && file(words[2], line.group, depth + 1, line.level + (substack ? 1 : 0))) return true;
    line.kind = Line::Kind::must_fail;
    stack_.unreadable.push_back(line.place);
    stack_.lines.push_back(line);
    return true;
  }

  // Debian's own word: every group of the other file. Where that cannot be read, libpam gives up on the whole service,
  // but inside an include it makes do with a failure.
  bool include_all(Line& line, const std::vector<std::string>& words, std::optional<Group> only, int depth) {
    if (words.size() >= 2 && file(words[1], only, depth + 1, line.level)) return true;
    stack_.unreadable.push_back(line.place);
    if (!only) return false;
    line.group = *only;
    line.kind = Line::Kind::must_fail;
    line.actions.fill(Action{Act::bad});
    stack_.lines.push_back(line);
    return true;
  }

  Stack& stack_;
  const ReadFile& read_;
};

}  // namespace

std::string Line::name() const { return module.substr(module.rfind('/') + 1); }

std::vector<Line> Stack::of(Group group) const {
  std::vector<Line> chosen;
  std::copy_if(lines.begin(), lines.end(), std::back_inserter(chosen), [&](const Line& l) { return l.group == group; });
  return chosen;
}

Stack read_stack(const std::string& service, const ReadFile& read) {
  Stack stack;
  stack.found = read(service).has_value();
  if (stack.found) stack.broken = !Reading(stack, read).file(service, std::nullopt, 0, 0);
  return stack;
}

std::vector<Line> lines_that_run(const Stack& service, const Stack& other, Group group) {
  std::vector<Line> lines = service.of(group);
  return lines.empty() ? other.of(group) : lines;
}

}  // namespace umbra::pam
