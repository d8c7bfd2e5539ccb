#include "daemon/system/config.hpp"

#include "tests/fuzz/targets.hpp"

namespace umbra::fuzz {

void config(Bytes input) {
  const auto config = parse_config(text(input), "config.toml");
  if (!config) {
    require(config.error().starts_with("config.toml"), "an error names the file");
    require(config.error().find('\n') == std::string::npos, "an error is one line");
    return;
  }
  require(!config->issuer.empty() && config->issuer.size() <= wire::kMaxUser, "there is an issuer, and it can be sent");
  require(config->totp.digits >= 6 && config->totp.digits <= 8, "digits are 6, 7 or 8");
  require(config->totp.period >= 1 && config->totp.period <= 86400, "a period is a second to a day");
  require(config->totp.window <= 10, "the window is at most ten steps to either side");
  require(config->lockout.failures >= 1 && config->lockout.failures <= LockoutState::kMaxRecent,
          "a lock counts as many failures as a record keeps");
  require(config->lockout.unlock_time >= 0 && config->lockout.unlock_time <= kForever &&
              config->lockout.max_unlock_time <= kForever && config->lockout.fail_interval >= 0,
          "times can be added to a clock");
  require(config->backup_code_count >= 1 && config->backup_code_count <= 20, "one to twenty backup codes");
}

}  // namespace umbra::fuzz
