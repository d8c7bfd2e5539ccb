// umbra-totpd: reads its words and runs the daemon; ruled by umbra-totpd(8).

// g++ 12 sees a null pointer in CLI11's vectors of strings where it inlines them; there is none.
#pragma GCC diagnostic ignored "-Wnull-dereference"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>

#include "daemon/daemon.hpp"
#include "daemon/system/config.hpp"
#include "paths.h"

namespace {

constexpr int kFailed = 1;
constexpr int kUsage = 2;

int check_config(const std::string& path) {
  const auto config = umbra::load_config(path);
  if (!config) {
    std::fprintf(stderr, "umbra-totpd: %s\n", config.error().c_str());
    return kFailed;
  }
  std::printf("%s: ok\n", path.c_str());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  umbra::Paths paths{UMBRA_CONFIG_FILE, UMBRA_STATE_DIR, umbra::default_keyring_path(), UMBRA_SOCKET_PATH,
                     UMBRA_PASSWORD_HELPER};
  bool check_only = false;
  CLI::App app("Verifies one-time codes for pam_umbra_totp; runs in the foreground.", "umbra-totpd");
  app.add_option("--config", paths.config, "configuration file")->type_name("FILE")->take_last()->capture_default_str();
  app.add_option("--state-dir", paths.state_dir, "folder of the records")
      ->type_name("DIR")
      ->take_last()
      ->capture_default_str();
  app.add_option("--keyring", paths.keyring, "Fernet key ring")->type_name("FILE")->take_last()->capture_default_str();
  app.add_option("--socket", paths.socket, "where to listen, unless systemd gives a socket")
      ->type_name("PATH")
      ->take_last()
      ->capture_default_str();
  app.add_option("--password-helper", paths.password_helper, "program that says whether a password is right")
      ->type_name("FILE")
      ->take_last()
      ->capture_default_str();
  app.add_flag("--check-config", check_only, "read the configuration, say whether it is good, end");
  app.set_version_flag("--version", "umbra-totpd " UMBRA_VERSION);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& asked) {
    return app.exit(asked);
  } catch (const CLI::ParseError& error) {
    std::fprintf(stderr, "umbra-totpd: %s; see umbra-totpd --help\n", error.what());
    return kUsage;
  }
  if (check_only) return check_config(paths.config);
  const umbra::Log log;
  try {
    umbra::run_daemon(paths, log);
    return 0;
  } catch (const std::exception& error) {
    log.note(LOG_CRIT, error.what());
    return kFailed;
  }
}
