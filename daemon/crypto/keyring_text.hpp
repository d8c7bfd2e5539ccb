// The lines of a key ring's file: read, and written anew with a key in front or with the first alone; pure text, ruled
// by ARCHITECTURE.md, "Keys".
#pragma once

#include <cstdint>
#include <ctime>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace umbra::keyring_text {

inline std::string_view trim(std::string_view line) noexcept {
  constexpr std::string_view kBlank = " \t\r";
  const auto first = line.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return line.substr(first, line.find_last_not_of(kBlank) - first + 1);
}

// The next line, without its end; takes it off `text`, which must not be empty.
inline std::string_view take_line(std::string_view& text) noexcept {
  const auto end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

inline bool is_key(std::string_view line) noexcept {
  line = trim(line);
  return !line.empty() && line.front() != '#';
}

inline constexpr const char* kMadeForm = "# made %Y-%m-%dT%H:%M:%SZ";

// The comment that stands in front of a key and tells its age, with its line's end.
inline std::string made_line(std::int64_t unix_seconds) {
  const auto seconds = static_cast<std::time_t>(unix_seconds);
  std::tm parts{};
  char text[64] = "";
  if (gmtime_r(&seconds, &parts) == nullptr || std::strftime(text, sizeof text, kMadeForm, &parts) == 0) return {};
  return std::string(text) + "\n";
}

// What made_line() wrote; nothing for any other line.
inline std::optional<std::int64_t> time_of(std::string_view line) {
  std::tm parts{};
  const std::string text(line.substr(0, 64));
  const char* const end = strptime(text.c_str(), kMadeForm, &parts);
  if (end == nullptr || *end != '\0') return std::nullopt;
  return timegm(&parts);
}

// Gives `write` the file as it becomes with `key` in front of all others: nothing else of it changes.
inline void with_first(std::string_view text, std::string_view key, std::int64_t made,
                       const std::function<void(std::string_view)>& write) {
  bool put = false;
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    if (!put && (is_key(line) || time_of(trim(line)))) {
      put = true;
      write(made_line(made));
      write(key);
      write("\n");
    }
    write(line);
    write("\n");
  }
}

// Gives `write` the file as it becomes without any key but the first, and without the others' ages.
inline void first_alone(std::string_view text, const std::function<void(std::string_view)>& write) {
  bool put = false;
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    if (put && (is_key(line) || time_of(trim(line)))) continue;
    put = put || is_key(line);
    write(line);
    write("\n");
  }
}

}  // namespace umbra::keyring_text
