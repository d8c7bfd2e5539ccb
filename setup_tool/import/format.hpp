// The formats by their names, and what each is read by; ruled by umbra-totp(1).
#pragma once

#include <functional>

#include "setup_tool/import/imported.hpp"
#include "setup_tool/words.hpp"

namespace umbra::intake {

struct Format {
  bool whole = false;    // one credential a file, not lines
  bool devices = false;  // a user may have several lines, each a device
  std::function<Reading(std::string_view)> read;
};

// Throws Failure where the words do not fit the format, or the key's file cannot be read.
Format format_of(const Words& words);

// The first line of a file that holds a web application's SECRET_KEY; at most 4096 bytes. Throws Failure (bad_file).
SecretText read_setting(const std::string& path);

}  // namespace umbra::intake
