#include "daemon/system/config.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>

#include "common/descriptor.hpp"
#include "daemon/system/config_table.hpp"
#include "daemon/system/names.hpp"

namespace umbra {
namespace {

constexpr std::int64_t kDay = 24 * 60 * 60;
constexpr std::size_t kMaxFile = std::size_t{1} << 20;  // bytes
constexpr std::int64_t kMaxBackupCodes = 20;
// 30 days of at most 255 counted failures each, as LockoutState keeps them.
constexpr std::int64_t kMaxMonthly = std::int64_t{LockoutState::kBudgetDays} * UINT8_MAX;

// The Key URI format puts "issuer:account" into one label.
bool is_issuer(const std::string& text) {
  return !text.empty() && text.size() <= wire::kMaxUser && std::none_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f || c == ':';
  });
}

std::string host_name() {
  char name[HOST_NAME_MAX + 1] = {};
  if (gethostname(name, HOST_NAME_MAX) != 0 || !is_issuer(name)) return "localhost";
  return name;
}

void read_totp(ConfigTable table, TotpConfig& totp) {
  table.word<wire::Algorithm>(
      "algorithm", totp.algorithm,
      {{"SHA1", wire::Algorithm::sha1}, {"SHA256", wire::Algorithm::sha256}, {"SHA512", wire::Algorithm::sha512}});
  table.integer("digits", totp.digits, 6, 8);
  table.integer("period", totp.period, 1, kDay);
  table.integer("window", totp.window, 0, 10);
  table.boolean("strict_order", totp.strict_order);
  table.finish();
}

void read_lockout(ConfigTable table, LockoutPolicy& lockout) {
  // The preset comes first, wherever it stands: single keys override it.
  table.word<LockoutPolicy>("preset", lockout,
                            {{"default", LockoutPolicy::default_preset()},
                             {"pci", LockoutPolicy::pci()},
                             {"cis", LockoutPolicy::cis()},
                             {"stig", LockoutPolicy::stig()}});
  table.integer("failures", lockout.failures, 1, LockoutState::kMaxRecent);
  table.duration("fail_interval", lockout.fail_interval, 30 * kDay);
  table.duration("unlock_time", lockout.unlock_time, 365 * kDay, ConfigTable::Never::yes);
  table.duration("max_unlock_time", lockout.max_unlock_time, 365 * kDay, ConfigTable::Never::yes);
  table.integer("consecutive_limit", lockout.consecutive_limit, 0, 100'000);
  table.integer("monthly_limit", lockout.monthly_limit, 0, kMaxMonthly);
  table.integer("warn_at", lockout.warn_at, 0, LockoutState::kMaxRecent);
  table.boolean("even_deny_root", lockout.even_deny_root);
  table.duration("root_unlock_time", lockout.root_unlock_time, 365 * kDay, ConfigTable::Never::yes);
  table.finish();
}

void read_networks(ConfigTable& table, std::string_view key, std::vector<Network>& networks) {
  table.texts(key, R"(an address or a network like "192.0.2.0/24" or "2001:db8::/32", no bit set behind its prefix)",
              [&](const std::string& text) {
                const auto network = Network::parse(text);
                if (network) networks.push_back(*network);
                return network.has_value();
              });
}

void read_source(ConfigTable table, SourcePolicy& source) {
  table.integer("failures", source.failures, 1, 10'000);
  table.duration("interval", source.interval, 30 * kDay);
  read_networks(table, "exempt", source.exempt);
  table.finish();
}

void read_names(ConfigTable& table, std::string_view key, std::string_view allowed, std::vector<std::string>& names,
                bool (*good)(std::string_view)) {
  table.texts(key, allowed, [&](const std::string& text) {
    const bool taken = good(text);
    if (taken) names.push_back(text);
    return taken;
  });
}

Rule read_rule(ConfigTable table) {
  Rule rule;
  rule.line = table.line();
  read_names(table, "service", "the name of a PAM service", rule.service,
             [](std::string_view name) { return plausible_user_name(name) && name.size() <= wire::kMaxService; });
  read_names(table, "group", "the name of a group", rule.group,
             [](std::string_view name) { return plausible_user_name(name); });
  read_names(table, "user", "the name of a user", rule.user,
             [](std::string_view name) { return plausible_user_name(name); });
  read_networks(table, "source", rule.source);
  table.word<SecondFactor>("second_factor", rule.second_factor,
                           {{"required", SecondFactor::required},
                            {"optional", SecondFactor::optional},
                            {"exempt", SecondFactor::exempt},
                            {"enrol", SecondFactor::enrol}});
  // A rule that forgot its verdict would quietly weaken the rules below it.
  if (!table.has("second_factor"))
    table.mistake("this [[rule]] needs second_factor: one of required, optional, exempt, enrol");
  table.finish();
  return rule;
}

void read_file(ConfigTable table, Config& config, Mistake& mistake) {
  table.text("issuer", "a text of 1 to 255 bytes without control characters and without ':'",
             [&](const std::string& text) {
               if (is_issuer(text)) config.issuer = text;
               return is_issuer(text);
             });
  if (const auto* totp = table.table("totp")) read_totp({*totp, "[totp]", mistake}, config.totp);
  if (const auto* lockout = table.table("lockout")) read_lockout({*lockout, "[lockout]", mistake}, config.lockout);
  if (const auto* source = table.table("source")) read_source({*source, "[source]", mistake}, config.source);
  if (const auto* codes = table.table("backup_codes")) {
    ConfigTable backup(*codes, "[backup_codes]", mistake);
    backup.integer("count", config.backup_code_count, 1, kMaxBackupCodes);
    backup.finish();
  }
  if (const auto* rights = table.table("access")) {
    ConfigTable access(*rights, "[access]", mistake);
    access.boolean("self_verify", config.self_verify);
    access.boolean("allow_export", config.allow_export);
    access.finish();
  }
  for (const auto* rule : table.tables("rule")) config.policy.rules.push_back(read_rule({*rule, "[[rule]]", mistake}));
  table.finish();
}

bool stumbles(std::string_view text) {
  try {
    (void)toml::parse(text);
    return false;
  } catch (const NoToml&) {
    return true;
  } catch (const toml::parse_error&) {
    return false;  // it says where, and that is another matter
  }
}

// Where toml++ stumbles without saying where: it reads from front to end, so that this is the last byte of the shortest
// beginning that it stumbles over.
toml::source_position place_of_stumble(std::string_view text) {
  std::size_t good = 0, bad = text.size();
  while (bad - good > 1) {
    const std::size_t middle = good + (bad - good) / 2;
    (stumbles(text.substr(0, middle)) ? bad : good) = middle;
  }
  toml::source_position place{1, 1};
  for (const char c : text.substr(0, good)) {
    if (c == '\n')
      place = {place.line + 1, 1};
    else if ((static_cast<unsigned char>(c) & 0xc0U) != 0x80)
      ++place.column;
  }
  return place;
}

tl::unexpected<std::string> refuse(const std::string& path, const std::string& what) {
  return tl::unexpected(path + ": " + what);
}

// Non-blocking, so that a FIFO at this path does not hang the start.
Descriptor open_file(const std::string& path) {
  return Descriptor(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
}

tl::expected<std::string, std::string> read_all(const Descriptor& file, const std::string& path) {
  std::string text;
  char chunk[16384];
  for (;;) {
    const ssize_t size = read(file.get(), chunk, sizeof chunk);
    if (size == 0) return text;
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return refuse(path, std::string("cannot be read: ") + std::strerror(errno));
    text.append(chunk, static_cast<std::size_t>(size));
    if (text.size() > kMaxFile) return refuse(path, "is larger than 1 MiB: make it shorter");
  }
}

}  // namespace

tl::expected<Config, std::string> parse_config(std::string_view text, const std::string& file_name) try {
  Config config;
  config.issuer = host_name();
  Mistake mistake;
  try {
    const toml::table file = toml::parse(text, file_name);
    read_file({file, "", mistake}, config, mistake);
  } catch (const toml::parse_error& error) {
    mistake.at(error.source(), std::string(error.description()));
  } catch (const NoToml& error) {
    mistake.at({place_of_stumble(text), {}, nullptr}, error.what());
  }
  if (mistake.any()) return tl::unexpected(mistake.line(file_name));
  return config;
} catch (const std::exception& error) {
  return refuse(file_name, std::string("cannot be read: ") + error.what());
}

tl::expected<Config, std::string> load_config(const std::string& path) {
  const Descriptor file = open_file(path);
  if (!file && errno == ENOENT) return parse_config("", path);
  if (!file) return refuse(path, std::string("cannot be opened: ") + std::strerror(errno));
  struct stat status{};
  if (fstat(file.get(), &status) != 0) return refuse(path, std::string("cannot be read: ") + std::strerror(errno));
  if (!S_ISREG(status.st_mode)) return refuse(path, "is no regular file: put the configuration there, or nothing");
  if (status.st_uid != 0 && status.st_uid != geteuid())
    return refuse(path, "belongs to somebody else, who could switch the second factor off: chown root it");
  if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    return refuse(path, "may be written by more than its owner: chmod go-w it");
  const auto text = read_all(file, path);
  if (!text) return tl::unexpected(text.error());
  return parse_config(*text, path);
}

}  // namespace umbra
