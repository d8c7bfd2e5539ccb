#include "setup_tool/words.hpp"

// g++ 12 sees a null pointer in CLI11's vectors of strings where it inlines them; there is none.
#pragma GCC diagnostic ignored "-Wnull-dereference"

#include <sys/un.h>

#include <CLI/CLI.hpp>

#include "paths.h"
#include "setup_tool/plain_text.hpp"
#include "setup_tool/verbs.hpp"

namespace umbra {
namespace {

const std::map<std::string, Verb> kVerbs = {{"setup", Verb::setup},
                                            {"confirm", Verb::confirm},
                                            {"status", Verb::status},
                                            {"verify", Verb::verify},
                                            {"backup-codes", Verb::backup_codes},
                                            {"disable", Verb::disable},
                                            {"list", Verb::list},
                                            {"enforce", Verb::enforce},
                                            {"unenforce", Verb::unenforce},
                                            {"unlock", Verb::unlock},
                                            {"bypass", Verb::bypass},
                                            {"remove", Verb::remove},
                                            {"log", Verb::log},
                                            {"doctor", Verb::doctor},
                                            {"key", Verb::key},
                                            {"backup", Verb::backup},
                                            {"restore", Verb::restore},
                                            {"db", Verb::db},
                                            {"import", Verb::import_users},
                                            {"export", Verb::export_user}};
const std::map<std::string, KeyAction> kKeyActions = {
    {"list", KeyAction::list}, {"rotate", KeyAction::rotate}, {"retire", KeyAction::retire}};
const std::map<std::string, ImportFormat> kImportFormats = {
    {"google-authenticator", ImportFormat::google_authenticator},
    {"oath-usersfile", ImportFormat::oath_usersfile},
    {"otpauth", ImportFormat::otpauth},
    {"umbra-web", ImportFormat::umbra_web}};
const std::map<std::string, wire::Algorithm> kAlgorithms = {
    {"SHA1", wire::Algorithm::sha1}, {"SHA256", wire::Algorithm::sha256}, {"SHA512", wire::Algorithm::sha512}};
const std::map<std::string, QrWish> kQrWishes = {
    {"auto", QrWish::automatic}, {"utf8", QrWish::utf8}, {"ascii", QrWish::ascii}, {"none", QrWish::none}};

std::string check_socket(const std::string& path) {
  if (!path.empty() && path.size() < sizeof(sockaddr_un::sun_path)) return {};
  return "the path of a socket has 1 to " + std::to_string(sizeof(sockaddr_un::sun_path) - 1) + " bytes";
}

void add_global(CLI::App& app, Draft& draft) {
  app.add_option("--socket", draft.words.socket, "socket of umbra-totpd")
      ->type_name("PATH")
      ->check(check_socket)
      ->take_last()
      ->capture_default_str();
  app.add_flag("--json", draft.words.json, "answer in JSON on standard output");
  app.add_flag("--stdin", draft.words.from_stdin, "read passwords and codes from standard input, one a line");
  app.set_version_flag("--version", "umbra-totp " UMBRA_VERSION);
}

// Two words are USER CODE; one is the CODE, for the caller. The likely mistake is a USER alone.
std::string settle_subject_and_code(Draft& draft) {
  const std::vector<std::string>& given = draft.subject_and_code;
  if (given.size() == 2) {
    if (const std::string wrong = check_user(given[0]); !wrong.empty()) return wrong;
    draft.words.user = given[0];
  } else if (given.size() == 1 && !plausible_code(given[0])) {
    return "a single word is your own code, and this is none: say USER CODE, or the code alone";
  }
  if (!given.empty()) draft.words.code = given.back();
  return {};
}

Parsed usage(const std::string& what) {
  Parsed parsed;
  parsed.line = what + "; see umbra-totp --help";
  parsed.exit = Exit::usage;
  return parsed;
}

Parsed settle(const CLI::App& app, Draft& draft) {
  const auto verbs = app.get_subcommands();
  if (verbs.empty()) {
    Parsed parsed = usage("say what to do");
    parsed.out = app.help();
    return parsed;
  }
  if (const std::string wrong = settle_subject_and_code(draft); !wrong.empty()) return usage(wrong);
  draft.words.verb = kVerbs.at(verbs.front()->get_name());
  if (!draft.valid.empty()) draft.words.valid = *seconds_of(draft.valid);  // checked when it was read
  if (!draft.key_action.empty()) draft.words.key = kKeyActions.at(draft.key_action);
  if (!draft.import_format.empty()) draft.words.import_format = kImportFormats.at(draft.import_format);
  if (draft.export_format == "json") draft.words.export_format = ExportFormat::json;
  if (!draft.qr.empty()) draft.words.qr = kQrWishes.at(draft.qr);
  if (!draft.algorithm.empty()) draft.words.algorithm = static_cast<std::uint8_t>(kAlgorithms.at(draft.algorithm));
  draft.words.digits = static_cast<std::uint8_t>(draft.digits);
  Parsed parsed;
  parsed.words = draft.words;
  return parsed;
}

}  // namespace

Parsed parse_words(int argc, const char* const* argv) {
  Draft draft;
  draft.words.socket = UMBRA_SOCKET_PATH;
  CLI::App app("Sets up, tests and looks after one-time codes for logins.", "umbra-totp");
  // Global options also behind the verb, and a user may be called "list".
  app.fallthrough()->require_subcommand(0, 1);
  add_global(app, draft);
  add_verbs(app, draft);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& asked) {
    Parsed parsed;
    std::ostringstream out;
    app.exit(asked, out, out);
    parsed.out = out.str();
    return parsed;
  } catch (const CLI::ParseError& error) {
    return usage(printable(error.what()));
  }
  return settle(app, draft);
}

}  // namespace umbra
