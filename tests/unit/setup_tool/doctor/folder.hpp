// A folder of PAM files in memory's file system, for the walker and for libpam alike.
#pragma once

#include "setup_tool/doctor/pam_stack.hpp"
#include "tests/support/temp_dir.hpp"

namespace umbra::test {

class Folder {
 public:
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(path() + "/" + name, std::ios::binary) << text;
  }
  [[nodiscard]] const std::string& path() const { return dir_.path(); }
  [[nodiscard]] pam::ReadFile reader() const {
    return [this](const std::string& name) -> std::optional<pam::File> {
      const std::string file = name.starts_with('/') ? name : path() + "/" + name;
      if (!std::filesystem::is_regular_file(file)) return std::nullopt;
      return pam::File{file, read_file(file)};
    };
  }
  // For a failure's message.
  [[nodiscard]] std::string all() const {
    std::string text;
    for (const auto& entry : std::filesystem::directory_iterator(path()))
      text += "--- " + entry.path().filename().string() + "\n" + read_file(entry.path().string());
    return text;
  }

 private:
  TempDir dir_{folder_in_memory()};
};

}  // namespace umbra::test
