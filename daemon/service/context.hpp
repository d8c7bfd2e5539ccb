// What every service is given: its store, keys, time, names and log; built once in main, so that tests build their own.
#pragma once

#include <memory>
#include <mutex>

#include "daemon/crypto/keyring.hpp"
#include "daemon/rules/verify_and_burn.hpp"
#include "daemon/service/audit.hpp"
#include "daemon/service/sources.hpp"
#include "daemon/store/committer.hpp"
#include "daemon/store/store.hpp"
#include "daemon/system/clock.hpp"
#include "daemon/system/config.hpp"
#include "daemon/system/lane.hpp"
#include "daemon/system/log.hpp"
#include "daemon/system/names.hpp"
#include "daemon/system/passwords.hpp"

namespace umbra {

// The configuration in force; SIGHUP swaps it while calls hold the one they began with.
class Settings {
 public:
  explicit Settings(Config config) : config_(std::make_shared<const Config>(std::move(config))) {}
  [[nodiscard]] std::shared_ptr<const Config> get() const {
    const std::lock_guard lock(mutex_);
    return config_;
  }
  void set(Config config) {
    auto fresh = std::make_shared<const Config>(std::move(config));
    const std::lock_guard lock(mutex_);
    config_.swap(fresh);
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const Config> config_;
};

struct Context {
  Store& store;
  Committer& committer;
  const KeyRing& ring;
  const Clock& clock;
  const Names& names;
  const Log& log;
  Settings& settings;
  Audit& audit;
  Sources& sources;
  const Passwords& passwords;
  Lane& password;   // checks of passwords, each a process
  Lane& slow;       // Argon2 of a backup code that somebody logs in with
  Lane& enrolment;  // Argon2 of fresh backup codes: ten at a time, and never before those of a login
};

inline Rules rules_of(const Config& config) { return {config.lockout, config.totp.window, config.totp.strict_order}; }

}  // namespace umbra
