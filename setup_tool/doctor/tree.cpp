#include "setup_tool/doctor/tree.hpp"

#include <glob.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "setup_tool/failure.hpp"

namespace umbra {
namespace {

namespace fs = std::filesystem;

// In libpam's order.
constexpr const char* kPamFolders[] = {"/etc/pam.d/", "/usr/lib/pam.d/"};
constexpr const char* kModuleFolders[] = {"/lib/security",       "/lib64/security", "/usr/lib/security",
                                          "/usr/lib64/security", "/lib/*/security", "/usr/lib/*/security"};

std::vector<std::string> matching(const std::string& pattern) {
  glob_t found{};
  std::vector<std::string> paths;
  if (glob(pattern.c_str(), 0, nullptr, &found) == 0) paths.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  globfree(&found);
  return paths;
}

}  // namespace

// What is there and cannot be read is no file that is missing.
std::optional<pam::File> Tree::file(const std::string& path) const {
  std::error_code error;
  const bool there = fs::exists(root_ + path, error);
  if (!there && !error) return std::nullopt;
  if (there && fs::is_directory(root_ + path, error)) return std::nullopt;
  std::ifstream in(root_ + path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in.is_open() || text.bad())
    throw Failure(Exit::bad_file, "cannot read " + root_ + path + ": doctor needs root and a whole disk");
  return pam::File{path, text.str()};
}

pam::ReadFile Tree::pam_files() const {
  return [this](const std::string& name) -> std::optional<pam::File> {
    if (name.starts_with('/')) return file(name);
    for (const char* folder : kPamFolders)
      if (auto found = file(folder + name)) return found;
    return std::nullopt;
  };
}

sshd::ReadFiles Tree::sshd_files() const {
  return [this](const std::string& pattern) {
    const std::string whole = pattern.starts_with('/') ? pattern : "/etc/ssh/" + pattern;
    std::vector<pam::File> files;
    for (const std::string& path : matching(root_ + whole))
      if (auto found = file(path.substr(root_.size()))) files.push_back(*found);
    return files;
  };
}

std::vector<std::string> Tree::services() const {
  std::vector<std::string> names;
  for (const char* folder : kPamFolders) {
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(root_ + folder, error))
      if (entry.is_regular_file()) names.push_back(entry.path().filename());
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

pam::Installed Tree::installed() const {
  std::vector<std::string> folders;
  for (const char* pattern : kModuleFolders)
    for (const std::string& folder : matching(root_ + pattern)) folders.push_back(folder);
  return [folders, root = root_](const pam::Line& line) {
    if (line.module.starts_with('/')) return fs::exists(root + line.module);
    return folders.empty() || std::any_of(folders.begin(), folders.end(), [&](const std::string& folder) {
             return fs::exists(folder + "/" + line.module);
           });
  };
}

}  // namespace umbra
