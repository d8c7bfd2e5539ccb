#include "setup_tool/verbs.hpp"

// g++ 12 sees a null pointer in CLI11's vectors of strings where it inlines them; there is none.
#pragma GCC diagnostic ignored "-Wnull-dereference"

#include <arpa/inet.h>

#include <CLI/CLI.hpp>
#include <charconv>

#include "common/admin_messages.hpp"
#include "common/device_name.hpp"

namespace umbra {
namespace {

std::string check_duration(const std::string& text) {
  if (seconds_of(text)) return {};
  return "a duration is a number and s, m, h or d, from 1s to 7d; " + text + " is none";
}

std::string check_service(const std::string& service) {
  if (!service.empty() && service.size() <= wire::kMaxService) return {};
  return "the name of a service has 1 to " + std::to_string(wire::kMaxService) + " bytes";
}

// A file's name: libpam takes it for one.
std::string check_service_file(const std::string& service) {
  if (service.find('/') == std::string::npos && !service.starts_with('.')) return check_service(service);
  return "a service is the name of a file in /etc/pam.d; " + service + " is none";
}

std::string check_address(const std::string& text) {
  in6_addr address{};  // room for either
  if (inet_pton(AF_INET, text.c_str(), &address) == 1 || inet_pton(AF_INET6, text.c_str(), &address) == 1) return {};
  return "a source is an IPv4 or IPv6 address; " + text + " is none";
}

std::string check_device(const std::string& name) {
  if (plausible_device_name(name)) return {};
  return "the name of a device has 1 to " + std::to_string(kMaxDeviceName) +
         " letters and digits, and between them spaces, '.', '_', '-' and '+'";
}

CLI::Option* add_user(CLI::App& verb, Draft& draft, const char* help) {
  return verb.add_option("USER", draft.words.user, help)->type_name("")->check(check_user);
}

void add_subject_and_code(CLI::App& verb, Draft& draft) {
  verb.add_option("WORD", draft.subject_and_code, "USER CODE; or CODE alone, for yourself; or nothing: asked for")
      ->type_name("")
      ->expected(0, 2);
}

void add_setup(CLI::App& app, Draft& draft) {
  CLI::App& verb = *app.add_subcommand("setup", "make a new secret, show it once, ask for its first code");
  add_user(verb, draft, "whose (default: you)");
  verb.add_option("--add", draft.words.device, "a further device of this name, beside those that are there")
      ->type_name("NAME")
      ->check(check_device)
      ->take_last();
  verb.add_flag("--no-confirm", draft.words.no_confirm, "do not ask for the first code: confirm does it later");
  verb.add_flag("--force", draft.words.force, "root: replace an enabled secret without a current code");
  verb.add_option("--qr", draft.qr, "auto, utf8, ascii or none")
      ->type_name("STYLE")
      ->check(CLI::IsMember(std::vector<std::string>{"auto", "utf8", "ascii", "none"}))
      ->take_last();
  verb.add_option("--png", draft.words.png, "also write the QR code to this new file")->type_name("FILE")->take_last();
  verb.add_option("--algorithm", draft.algorithm, "SHA1, SHA256 or SHA512")
      ->type_name("NAME")
      ->transform(CLI::IsMember(std::vector<std::string>{"SHA1", "SHA256", "SHA512"}, CLI::ignore_case))
      ->take_last();
  verb.add_option("--digits", draft.digits, "of a code, 6 to 8")
      ->type_name("N")
      ->check(CLI::Range(6U, 8U))
      ->take_last();
  verb.add_option("--period", draft.words.period, "of a code, 1 to 86400")
      ->type_name("SECONDS")
      ->check(CLI::Range(1U, 86400U))
      ->take_last();
}

void add_disable(CLI::App& app, Draft& draft) {
  CLI::App& verb = *app.add_subcommand("disable", "take the second factor or one device away; asks password and code");
  add_user(verb, draft, "who (default: you); of others than root, a word that is not their own name is a device");
  verb.add_option("--device", draft.words.device, "this device alone")
      ->type_name("NAME")
      ->check(check_device)
      ->take_last();
}

void add_users(CLI::App& verb, Draft& draft) {
  verb.add_option("USER", draft.words.users, "whose; one or more")->type_name("")->required()->check(check_user);
}

void add_bypass(CLI::App& app, Draft& draft) {
  CLI::App& verb = *app.add_subcommand("bypass", "root: one code for the help desk to read to a user");
  add_user(verb, draft, "whose")->required();
  verb.add_option("--valid", draft.valid, "how long: a number and s, m, h or d, 1s to 7d (default: 15m)")
      ->type_name("DURATION")
      ->check(check_duration)
      ->take_last();
}

void add_log(CLI::App& app, Draft& draft) {
  CLI::App& verb = *app.add_subcommand("log", "root: the audit trail, the oldest first");
  verb.add_option("--user", draft.words.user, "of this user alone")->type_name("USER")->check(check_user)->take_last();
  verb.add_flag("-f,--follow", draft.words.follow, "go on with what is added, until interrupted");
  verb.add_option("-n", draft.words.count, "the last so many, 0 to 1000000")
      ->type_name("N")
      ->check(CLI::Range(0U, 1'000'000U))
      ->take_last()
      ->capture_default_str();
}

void add_doctor(CLI::App& app, Draft& draft) {
  CLI::App& verb = *app.add_subcommand("doctor", "root: what is wrong with services, sshd, daemon; or with one login");
  CLI::Option* const services =
      verb.add_option("SERVICE", draft.words.services, "PAM services to look at (default: all that ask for a code)")
          ->type_name("")
          ->check(check_service_file);
  CLI::Option* const root = verb.add_option("--root", draft.words.root, "look at this system's files, at no daemon")
                                ->type_name("DIR")
                                ->check(CLI::ExistingDirectory)
                                ->take_last();
  CLI::Option* const user = verb.add_option("--user", draft.words.user, "one login: whose")
                                ->type_name("USER")
                                ->check(check_user)
                                ->take_last()
                                ->excludes(services)
                                ->excludes(root);
  verb.add_option("--service", draft.words.service, "one login: through which service")
      ->type_name("SERVICE")
      ->check(check_service)
      ->take_last()
      ->capture_default_str()
      ->needs(user);
  verb.add_option("--source", draft.words.source, "one login: from which address (default: this machine)")
      ->type_name("ADDRESS")
      ->check(check_address)
      ->take_last()
      ->needs(user);
}

void add_key(CLI::App& app, Draft& draft) {
  CLI::App& verb = *app.add_subcommand("key", "root: the key ring: list it, put a new key first, retire old keys");
  verb.add_option("ACTION", draft.key_action, "what to do")
      ->type_name("")
      ->required()
      ->check(CLI::IsMember(std::vector<std::string>{"list", "rotate", "retire"}));
}

void add_backup(CLI::App& app, Draft& draft) {
  CLI::App& verb = *app.add_subcommand("backup", "root: all records, sealed as they are, into a new file");
  verb.add_option("FILE", draft.words.file, "which must not be there yet")->type_name("")->required();
  verb.add_flag("--with-keys", draft.words.with_keys, "and the key ring, which opens them: keep the file as safe");
}

void add_restore(CLI::App& app, Draft& draft) {
  CLI::App& verb = *app.add_subcommand("restore", "root: the records of a backup in the place of all that are there");
  verb.add_option("FILE", draft.words.file, "which backup made")->type_name("")->required();
  verb.add_flag("--keep-backup-codes", draft.words.keep_backup_codes,
                "unused backup codes count again: no user used one since the backup");
}

void add_db(CLI::App& app, Draft& draft) {
  CLI::App& verb = *app.add_subcommand("db", "root: check that every record opens");
  verb.add_option("ACTION", draft.db_action, "what to do")
      ->type_name("")
      ->required()
      ->check(CLI::IsMember(std::vector<std::string>{"check"}));
}

void add_key_file(CLI::App& verb, Draft& draft) {
  verb.add_option("--secret-key-file", draft.words.secret_key_file,
                  "umbra-web: a file with the application's SECRET_KEY")
      ->type_name("FILE")
      ->take_last();
}

void add_import(CLI::App& app, Draft& draft) {
  CLI::App& verb = *app.add_subcommand("import", "root: take secrets over from other systems' files");
  verb.add_option("FORMAT", draft.import_format, "google-authenticator, oath-usersfile, otpauth or umbra-web")
      ->type_name("")
      ->required()
      ->check(
          CLI::IsMember(std::vector<std::string>{"google-authenticator", "oath-usersfile", "otpauth", "umbra-web"}));
  verb.add_option("FILE", draft.words.files, "to read; one or more")->type_name("")->required();
  verb.add_option("--user", draft.words.user, "whose it is, where the file does not say")
      ->type_name("USER")
      ->check(check_user)
      ->take_last();
  verb.add_flag("--dry-run", draft.words.dry_run, "say what would be imported, and import nothing");
  verb.add_flag("--replace", draft.words.replace, "in place of what these users have");
  add_key_file(verb, draft);
}

void add_export(CLI::App& app, Draft& draft) {
  CLI::App& verb = *app.add_subcommand("export", "root: show a user's secret, where the configuration allows it");
  add_user(verb, draft, "whose")->required();
  verb.add_option("--format", draft.export_format, "uri (default) or json, for umbra-web")
      ->type_name("NAME")
      ->check(CLI::IsMember(std::vector<std::string>{"uri", "json"}))
      ->take_last();
  verb.add_option("--png", draft.words.png, "not as text: as a QR code in this new file")
      ->type_name("FILE")
      ->take_last();
  add_key_file(verb, draft);
}

}  // namespace

std::string check_user(const std::string& user) {
  if (!user.empty() && user.size() <= wire::kMaxUser) return {};
  return "the name of a user has 1 to " + std::to_string(wire::kMaxUser) + " bytes";
}

std::optional<std::uint32_t> seconds_of(std::string_view duration) noexcept {
  std::uint64_t number = 0;
  const char* const end = duration.data() + duration.size();
  const auto [unit, error] = std::from_chars(duration.data(), end, number);
  if (error != std::errc() || end - unit != 1 || number > wire::kMaxBypass) return std::nullopt;
  switch (*unit) {
    case 's': break;
    case 'm': number *= 60; break;
    case 'h': number *= 60 * 60; break;
    case 'd': number *= 24 * 60 * 60; break;
    default: return std::nullopt;
  }
  if (number == 0 || number > wire::kMaxBypass) return std::nullopt;
  return static_cast<std::uint32_t>(number);
}

void add_verbs(CLI::App& app, Draft& draft) {
  add_setup(app, draft);
  add_subject_and_code(*app.add_subcommand("confirm", "first code of a new secret: from now on it counts"), draft);
  add_user(*app.add_subcommand("status", "what is set up"), draft, "whose (default: yours)");
  add_subject_and_code(*app.add_subcommand("verify", "test a code exactly as a login would"), draft);
  add_user(*app.add_subcommand("backup-codes", "fresh backup codes, the old ones dead; asks password and code"), draft,
           "whose (default: yours)");
  add_disable(app, draft);
  app.add_subcommand("list", "root: every user's state, one a line");
  add_users(*app.add_subcommand("enforce", "root: users must enrol at the next login"), draft);
  add_users(*app.add_subcommand("unenforce", "root: users need not enrol"), draft);
  add_user(*app.add_subcommand("unlock", "root: clear lock, suspension and budget"), draft, "whose")->required();
  add_bypass(app, draft);
  add_user(*app.add_subcommand("remove", "root: forget a user's record"), draft, "whose")->required();
  add_log(app, draft);
  add_doctor(app, draft);
  add_key(app, draft);
  add_backup(app, draft);
  add_restore(app, draft);
  add_db(app, draft);
  add_import(app, draft);
  add_export(app, draft);
}

}  // namespace umbra
