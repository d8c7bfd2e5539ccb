// What /etc/umbra-totp/config.toml may say, with its defaults; ruled by umbra-totp.conf(5).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "common/protocol.hpp"
#include "daemon/rules/lockout.hpp"
#include "daemon/rules/policy.hpp"
#include "daemon/rules/source.hpp"

namespace umbra {

struct TotpConfig {
  wire::Algorithm algorithm = wire::Algorithm::sha1;
  unsigned digits = 6;        // 6, 7 or 8
  std::uint32_t period = 30;  // seconds, 1 to 86400
  unsigned window = 1;        // steps to either side, 0 to 10
  bool strict_order = false;
};

struct Config {
  std::string issuer;  // never empty: the host's name where the file is silent
  TotpConfig totp;
  LockoutPolicy lockout;
  SourcePolicy source;
  unsigned backup_code_count = 10;  // 1 to 20
  bool self_verify = true;
  bool allow_export = false;
  Policy policy;
};

// The error is one line with file, line and column: "config.toml:3:1: unknown key 'failuers'".
tl::expected<Config, std::string> parse_config(std::string_view text, const std::string& file_name);
// An absent file is the defaults; an unreadable one is an error.
tl::expected<Config, std::string> load_config(const std::string& path);

}  // namespace umbra
