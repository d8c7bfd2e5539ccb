// A service's PAM stack with everything it includes, line by line, as libpam 1.5 (and Debian's @include) reads it;
// ruled by pam.conf(5). Pure: the files come through a function.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "setup_tool/doctor/pam_control.hpp"

namespace umbra::pam {

enum class Group : std::uint8_t { auth, account, password, session };

struct Place {
  std::string file;
  unsigned line = 0;  // where it begins, counted from 1
};

struct Line {
  // What libpam cannot read, it keeps as a line that always fails.
  enum class Kind : std::uint8_t { module, substack, must_fail };

  Group group = Group::auth;
  Kind kind = Kind::module;
  bool silent = false;  // "-auth": a missing module is not logged; it counts all the same
  int level = 0;        // of substacks around it
  Actions actions{};
  std::string control;  // as written, without brackets
  std::string module;   // a module's name, a substack's file
  std::vector<std::string> arguments;
  Place place;
  std::string text;  // the words as one line

  // The module's name without its folder.
  [[nodiscard]] std::string name() const;
};

struct File {
  std::string path;  // as findings name it
  std::string text;
};
// By the service's name or a whole path; nothing where there is no such file.
using ReadFile = std::function<std::optional<File>(const std::string& name)>;

struct Stack {
  bool found = false;             // the service has a file of its own
  bool broken = false;            // libpam refuses to read it: every login fails
  std::vector<Line> lines;        // of all groups, in order
  std::vector<Place> unreadable;  // lines that libpam turns into failures

  [[nodiscard]] std::vector<Line> of(Group group) const;
};

Stack read_stack(const std::string& service, const ReadFile& read);
// What libpam runs: a group that the service has no line of is the service "other"'s.
std::vector<Line> lines_that_run(const Stack& service, const Stack& other, Group group);

}  // namespace umbra::pam
