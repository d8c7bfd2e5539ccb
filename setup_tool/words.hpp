// The words of the command line, read into one struct; ruled by umbra-totp(1). Does nothing itself.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "setup_tool/exit_code.hpp"
#include "setup_tool/qr_text.hpp"

namespace umbra {

enum class Verb : std::uint8_t {
  setup,
  confirm,
  status,
  verify,
  backup_codes,
  disable,
  list,
  enforce,
  unenforce,
  unlock,
  bypass,
  remove,
  log,
  doctor,
  key,
  backup,
  restore,
  db,
  import_users,
  export_user,
};

enum class KeyAction : std::uint8_t { list, rotate, retire };

enum class ImportFormat : std::uint8_t { google_authenticator, oath_usersfile, otpauth, umbra_web };
enum class ExportFormat : std::uint8_t { uri, json };

struct Words {
  Verb verb = Verb::status;
  std::string socket;
  bool json = false, from_stdin = false;
  std::string user;  // empty: the caller; log: everybody
  std::optional<std::string> code;
  std::vector<std::string> users;  // enforce, unenforce

  // setup
  bool no_confirm = false, force = false;
  QrWish qr = QrWish::automatic;
  std::string png;                         // a path; empty: no picture
  std::uint8_t algorithm = 0, digits = 0;  // wire::Algorithm; zero: the daemon's default
  std::uint32_t period = 0;                // seconds; likewise

  std::string device;  // setup: to add; disable: to take away; empty: no single one is meant

  std::uint32_t valid = 15 * 60;  // bypass: seconds

  // log
  bool follow = false;
  std::uint32_t count = 50;  // entries

  // doctor
  std::string service = "sshd";
  std::string source;                 // an address; empty: a local login
  std::vector<std::string> services;  // to look at; none: all that have our line
  std::string root;                   // of another system's files; empty: this machine

  KeyAction key = KeyAction::list;

  // backup, restore
  std::string file;
  bool with_keys = false, keep_backup_codes = false;
  // import, export
  ImportFormat import_format = ImportFormat::otpauth;
  std::vector<std::string> files;
  bool dry_run = false, replace = false;
  std::string secret_key_file;  // empty: none
  ExportFormat export_format = ExportFormat::uri;
};

// Where there are no words to act on: what to print and how to end.
struct Parsed {
  std::optional<Words> words;
  std::string out;   // for standard output
  std::string line;  // for standard error
  Exit exit = Exit::done;
};

Parsed parse_words(int argc, const char* const* argv);

}  // namespace umbra
