// A file of secrets that is read twice, line by line, in little memory that is wiped; ruled by ARCHITECTURE.md, "Import
// and export".
#pragma once

#include <sys/stat.h>

#include <string>
#include <string_view>

#include "common/descriptor.hpp"
#include "setup_tool/secret_text.hpp"

namespace umbra::intake {

class LineFile {
 public:
  static constexpr std::size_t kMaxLine = 64 * 1024;  // bytes

  // Throws Failure (bad_file) where it is no regular file, a symbolic link, or may be written by somebody other than
  // root, the caller and `owner`: what stands there lets people in.
  LineFile(std::string path, uid_t owner);

  // Back to the first line. Throws Failure (bad_file) where the file changed since it was opened.
  void rewind();
  // The next line, without its end; it lives until the next call. False at the end of the file. A line that is longer
  // than kMaxLine comes empty, with too_long(). Throws Failure (bad_file) where the file cannot be read.
  bool next(std::string_view& line);
  // What is left of it as one text of at most kMaxLine bytes; likewise.
  std::string_view rest();

  [[nodiscard]] bool too_long() const noexcept { return too_long_; }
  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  [[nodiscard]] std::size_t line() const noexcept { return line_; }  // counted from 1
  [[nodiscard]] std::size_t read() const noexcept { return read_; }  // bytes
  [[nodiscard]] std::size_t size() const noexcept { return static_cast<std::size_t>(status_.st_size); }

 private:
  [[nodiscard]] const std::uint8_t* end_of_read() const noexcept { return buffer_.data() + end_; }
  bool fill();
  void skip_line();

  std::string path_;
  Descriptor file_;
  struct stat status_{};
  SecretBlob buffer_;
  std::size_t begin_ = 0, end_ = 0;  // of what was read and not handed out
  std::size_t line_ = 0, read_ = 0;
  bool too_long_ = false;
};

}  // namespace umbra::intake
