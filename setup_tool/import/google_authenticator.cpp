#include "setup_tool/import/google_authenticator.hpp"

#include <algorithm>
#include <cstdlib>

#include "setup_tool/import/fields.hpp"

namespace umbra::intake {
namespace {

constexpr std::uint32_t kMostPeriod = 60;
constexpr int kMostSkew = 1000;
constexpr unsigned kMostSteps = 100;  // of a window, of used ones

struct File {
  Credential credential;
  bool totp = false;
  int skew = 0;              // steps
  unsigned window_size = 3;  // steps in all: "The default window size is 3"
};

// Each takes what stands behind the option's name and says what is wrong with it.
std::string read_period(std::string_view words, File& file) {
  const auto seconds = number(trimmed(words), kMostPeriod);
  if (!seconds || *seconds == 0) return "STEP_SIZE is no number of 1 to 60";
  file.credential.period = *seconds;
  return {};
}

std::string read_window(std::string_view words, File& file) {
  const auto steps = number(trimmed(words), kMostSteps);
  if (!steps || *steps == 0) return "WINDOW_SIZE is no number of 1 to 100";
  file.window_size = *steps;
  return {};
}

std::string read_skew(std::string_view words, File& file) {
  words = trimmed(words);
  const bool behind = words.starts_with('-');
  const auto steps = number(behind ? words.substr(1) : words, kMostSkew);
  if (!steps) return "TIME_SKEW is no number of steps";
  file.skew = behind ? -*steps : *steps;
  return {};
}

// "The option is followed by a space-separated list of time stamps that have previously been used": steps.
std::string read_used(std::string_view words, File& file) {
  for (std::string_view word = next_word(words); !word.empty(); word = next_word(words)) {
    const auto step = number<std::uint64_t>(word, UINT64_MAX / 2);
    if (!step) return "DISALLOW_REUSE is followed by something that is no step";
    file.credential.used.push_back({*step, wire::UsedStep::kNoCode});
  }
  return {};
}

// "RATE_LIMIT n m ...": ours is the daemon's lockout.
std::string read_rate(std::string_view words, File&) {
  for (std::string_view word = next_word(words); !word.empty(); word = next_word(words))
    if (!number<std::uint64_t>(word, UINT64_MAX)) return "RATE_LIMIT is followed by something that is no number";
  return {};
}

std::string read_option(std::string_view line, File& file) {
  line.remove_prefix(1);  // the quotation mark
  const std::string_view name = next_word(line);
  if (name == "HOTP_COUNTER")
    return "its codes are counted (HOTP_COUNTER), not timed, which umbra-totpd does not do: run umbra-totp setup for "
           "this user";
  if (name == "TOTP_AUTH") return file.totp = true, std::string();
  if (name == "STEP_SIZE") return read_period(line, file);
  if (name == "WINDOW_SIZE") return read_window(line, file);
  if (name == "TIME_SKEW") return read_skew(line, file);
  if (name == "DISALLOW_REUSE") return read_used(line, file);
  if (name == "RATE_LIMIT") return read_rate(line, file);
  // What it remembers of hosts and of a skew that it is learning: nothing of the user's.
  if (name == "RESETTING_TIME_SKEW" || name.starts_with("LAST")) return {};
  return "an option that is not known here: take the line out if it is not needed";
}

std::string read_scratch(std::string_view line, File& file) {
  const bool digits = std::all_of(line.begin(), line.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (line.size() != wire::kScratchSize || !digits) return "neither an option nor a scratch code of eight digits";
  if (file.credential.scratch.size() == wire::kMaxImportedCodes) return "more than 20 scratch codes";
  file.credential.scratch.emplace_back().assign({reinterpret_cast<const std::uint8_t*>(line.data()), line.size()});
  return {};
}

std::string read_line(std::string_view line, unsigned place, File& file) {
  line = trimmed(line);
  if (place == 1)
    return read_base32(line, file.credential.secret) ? std::string() : "the first line is no secret in base32";
  if (line.empty()) return {};
  return line.front() == '"' ? read_option(line, file) : read_scratch(line, file);
}

// The window that also reaches a phone whose clock is that far off.
std::string settle_window(File& file) {
  const int sides = std::min(static_cast<int>(file.window_size) / 2, int{kMostWindow});
  const int reach = sides + std::abs(file.skew);
  if (file.skew != 0 && reach > kMostWindow)
    return "TIME_SKEW: the phone's clock, or this host's, is too far off: set it right, delete the line and import "
           "again";
  file.credential.window = static_cast<std::uint8_t>(reach);
  return {};
}

// Older ones are spent by being below the window.
void keep_newest(std::vector<wire::UsedStep>& used) {
  std::sort(used.begin(), used.end(), [](const auto& a, const auto& b) { return a.step > b.step; });
  if (used.size() > wire::kMaxUsedSteps) used.resize(wire::kMaxUsedSteps);
}

}  // namespace

Reading read_google_authenticator(std::string_view text) {
  File file;
  unsigned place = 0;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (std::string wrong = read_line(line, ++place, file); !wrong.empty()) return refuse(std::move(wrong), place);
  }
  if (place == 0) return refuse("it is empty", 1);
  if (!file.totp) return refuse("there is no line \" TOTP_AUTH, so that it lets nobody in: run umbra-totp setup", 1);
  if (std::string wrong = settle_window(file); !wrong.empty()) return refuse(std::move(wrong), 1);
  keep_newest(file.credential.used);
  return {{std::move(file.credential)}, {}, 1};
}

}  // namespace umbra::intake
