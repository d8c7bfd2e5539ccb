#include "pam_module/options.hpp"

#include <sys/un.h>

#include <algorithm>
#include <cstring>
#include <string_view>

#include "pam_module/text.hpp"

namespace umbra {
namespace {

constexpr int kMaxTimeout = 60;  // seconds

// The text behind "name=", null where `word` is another option.
const char* value_of(const char* word, std::string_view name) noexcept {
  const std::string_view text(word);
  if (text.size() <= name.size() || !text.starts_with(name) || text[name.size()] != '=') return nullptr;
  return word + name.size() + 1;
}

// Appends `text` to the prompt. False where that grows too long.
bool append(Options& options, std::string_view text) noexcept {
  const std::size_t size = std::string_view(options.prompt).size();
  if (size + text.size() >= sizeof options.prompt) return false;
  if (!text.empty()) std::memcpy(options.prompt + size, text.data(), text.size());
  options.prompt[size + text.size()] = '\0';
  return true;
}

// pam.conf(5) keeps spaces in [prompt=Your code: ], which arrives as one word without the brackets. prompt=[Your code:
// ] arrives cut at its spaces: it is put together again, up to the word that ends in a bracket. `i` moves to that word.
bool read_prompt(int argc, const char* const* argv, int& i, Options& options) noexcept {
  std::string_view part(value_of(argv[i], "prompt"));
  const bool bracket = part.starts_with('[');
  if (bracket) part.remove_prefix(1);
  options.prompt[0] = '\0';
  while (bracket && !part.ends_with(']')) {
    if (i + 1 == argc || !append(options, part) || !append(options, " ")) return false;
    part = argv[++i];
  }
  if (bracket) part.remove_suffix(1);
  if (!append(options, part)) return false;
  const std::string_view prompt(options.prompt);
  return !prompt.empty() && std::none_of(prompt.begin(), prompt.end(), is_control);
}

bool read_socket(const char* value, Options& options) noexcept {
  const std::string_view text(value);
  if (!text.starts_with('/') || text.size() >= sizeof(sockaddr_un::sun_path)) return false;
  options.socket = value;
  return true;
}

bool read_timeout(const char* value, Options& options) noexcept {
  const std::string_view text(value);
  if (text.empty() || text.size() > 2) return false;
  int seconds = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return false;
    seconds = seconds * 10 + (c - '0');
  }
  if (seconds < 1 || seconds > kMaxTimeout) return false;
  options.timeout_ms = seconds * 1000;
  return true;
}

// A line that is meant for two things would do only one of them.
bool read_role(Role role, Options& options) noexcept {
  if (options.role != Role::code && options.role != role) return false;
  options.role = role;
  return true;
}

bool read_flag(std::string_view word, Options& options) noexcept {
  if (word == "nullok") return options.nullok = true;
  if (word == "after_password") return options.after_password = true;
  if (word == "echo") return options.echo = true;
  if (word == "forward_pass") return options.forward_pass = true;
  if (word == "no_enrol") return options.no_enrol = true;
  if (word == "preauth") return read_role(Role::preauth, options);
  if (word == "authfail") return read_role(Role::authfail, options);
  if (word == "try_first_pass") return options.first_pass = FirstPass::attempt, true;
  if (word == "use_first_pass") return options.first_pass = FirstPass::only, true;
  if (word == "debug") return options.logging = Logging::debug, true;
  if (word == "quiet") return options.logging = Logging::quiet, true;
  return false;
}

bool read_word(const char* word, Options& options) noexcept {
  if (const char* value = value_of(word, "socket")) return read_socket(value, options);
  if (const char* value = value_of(word, "timeout")) return read_timeout(value, options);
  return read_flag(word, options);
}

}  // namespace

const char* Options::question() const noexcept {
  if (prompt[0] != '\0') return prompt;
  return forward_pass ? "Password and verification code: " : "Verification code: ";
}

const char* parse_options(int argc, const char* const* argv, Options& options) noexcept {
  for (int i = 0; i < argc; ++i) {
    const char* word = argv[i];
    const bool well =
        value_of(word, "prompt") != nullptr ? read_prompt(argc, argv, i, options) : read_word(word, options);
    if (!well) return word;
  }
  return nullptr;
}

}  // namespace umbra
