// One credential as some other system's file has it: what every format is read into; ruled by ARCHITECTURE.md, "Import
// and export". Pure.
#pragma once

#include <string>
#include <vector>

#include "common/import_messages.hpp"
#include "common/secret.hpp"

namespace umbra::intake {

inline constexpr std::uint8_t kMostWindow = 10;  // steps on each side that the daemon takes

struct Credential {
  std::string user;  // empty: whom --user names
  SecretBytes<wire::kMaxSecret> secret;
  wire::Algorithm algorithm = wire::Algorithm::sha1;
  std::uint8_t digits = 6;
  std::uint32_t period = 30;  // seconds
  std::uint8_t window = 0;    // steps on each side; 0: as the daemon's configuration says
  bool enabled = true;        // false: it still waits for its first code
  bool enforced = false;
  std::vector<wire::UsedStep> used;
  std::vector<wire::HashedCode> hashed_codes;
  std::vector<SecretBytes<wire::kScratchSize>> scratch;  // backup codes as text
  std::int64_t codes_made_at = 0;                        // unix seconds
};

// What a line, or a whole file where the format is none of lines, comes to. `wrong` says why it is refused, never what
// stands there; then there are no credentials. A line may hold none: a comment.
struct Reading {
  std::vector<Credential> credentials;
  std::string wrong;
  unsigned line = 0;  // of the file, where a whole file was read
};

inline Reading refuse(std::string wrong, unsigned line = 0) { return {{}, std::move(wrong), line}; }

}  // namespace umbra::intake
