#include "setup_tool/words.hpp"

// g++ 12 sees a null pointer in CLI11's vectors of strings where it inlines them; there is none.
#pragma GCC diagnostic ignored "-Wnull-dereference"

#include <sys/un.h>

#include <CLI/CLI.hpp>
#include <map>
#include <vector>

#include "paths.h"
#include "setup_tool/plain_text.hpp"

namespace umbra {
namespace {

using SubjectAndCode = std::vector<std::string>;

struct Draft {
  Words words;
  std::string algorithm, qr;
  unsigned digits = 0;
  SubjectAndCode subject_and_code;
};

const std::map<std::string, Verb> kVerbs = {
    {"setup", Verb::setup},   {"confirm", Verb::confirm}, {"status", Verb::status}, {"verify", Verb::verify},
    {"unlock", Verb::unlock}, {"list", Verb::list},       {"remove", Verb::remove}};
const std::map<std::string, wire::Algorithm> kAlgorithms = {
    {"SHA1", wire::Algorithm::sha1}, {"SHA256", wire::Algorithm::sha256}, {"SHA512", wire::Algorithm::sha512}};
const std::map<std::string, QrWish> kQrWishes = {
    {"auto", QrWish::automatic}, {"utf8", QrWish::utf8}, {"ascii", QrWish::ascii}, {"none", QrWish::none}};

std::string check_socket(const std::string& path) {
  if (!path.empty() && path.size() < sizeof(sockaddr_un::sun_path)) return {};
  return "the path of a socket has 1 to " + std::to_string(sizeof(sockaddr_un::sun_path) - 1) + " bytes";
}

std::string check_user(const std::string& user) {
  if (!user.empty() && user.size() <= wire::kMaxUser) return {};
  return "the name of a user has 1 to " + std::to_string(wire::kMaxUser) + " bytes";
}

void add_global(CLI::App& app, Draft& draft) {
  app.add_option("--socket", draft.words.socket, "socket of umbra-totpd")
      ->type_name("PATH")
      ->check(check_socket)
      ->take_last()
      ->capture_default_str();
  app.add_flag("--json", draft.words.json, "answer in JSON on standard output");
  app.add_flag("--stdin", draft.words.from_stdin, "read codes from standard input, one a line");
  app.set_version_flag("--version", "umbra-totp " UMBRA_VERSION);
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

void add_verbs(CLI::App& app, Draft& draft) {
  add_setup(app, draft);
  add_subject_and_code(*app.add_subcommand("confirm", "first code of a new secret: from now on it counts"), draft);
  add_user(*app.add_subcommand("status", "what is set up"), draft, "whose (default: yours)");
  add_subject_and_code(*app.add_subcommand("verify", "test a code exactly as a login would"), draft);
  add_user(*app.add_subcommand("unlock", "root: clear lock, suspension and budget"), draft, "whose")->required();
  app.add_subcommand("list", "root: every user's state, one a line");
  add_user(*app.add_subcommand("remove", "root: forget a user's record"), draft, "whose")->required();
}

// Two words are USER CODE; one is the CODE, for the caller. The likely mistake is a USER alone.
std::string settle_subject_and_code(Draft& draft) {
  SubjectAndCode& given = draft.subject_and_code;
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
