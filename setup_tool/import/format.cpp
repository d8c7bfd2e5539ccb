#include "setup_tool/import/format.hpp"

#include "setup_tool/failure.hpp"
#include "setup_tool/import/google_authenticator.hpp"
#include "setup_tool/import/line_file.hpp"
#include "setup_tool/import/oath_usersfile.hpp"
#include "setup_tool/import/otpauth_uri.hpp"
#include "setup_tool/import/umbra_web.hpp"
#include "setup_tool/plain_text.hpp"

namespace umbra::intake {
namespace {

constexpr std::size_t kMaxSetting = 4096;  // bytes

void require(bool holds, const char* line) {
  if (!holds) throw Failure(Exit::usage, line);
}

Format web_format(const Words& words) {
  require(!words.secret_key_file.empty(), "umbra-web needs --secret-key-file, with the application's SECRET_KEY");
  const auto keys =
      std::make_shared<const std::vector<FernetKey>>(keys_of_setting(read_setting(words.secret_key_file)));
  return {false, false, [keys](std::string_view line) { return read_web_line(line, *keys); }};
}

}  // namespace

SecretText read_setting(const std::string& path) {
  LineFile file(path, 0);
  std::string_view line;
  if (!file.next(line) || line.empty() || line.size() > kMaxSetting)
    throw Failure(Exit::bad_file, printable(path) + ": holds no SECRET_KEY on its first line");
  if (line.back() == '\r') line.remove_suffix(1);
  return SecretText(line);
}

Format format_of(const Words& words) {
  const bool web = words.import_format == ImportFormat::umbra_web;
  require(web || words.secret_key_file.empty(), "--secret-key-file is for umbra-web alone");
  require(words.user.empty() || words.import_format == ImportFormat::google_authenticator ||
              words.import_format == ImportFormat::otpauth,
          "--user is for google-authenticator and otpauth: the other formats say whose each line is");
  switch (words.import_format) {
    case ImportFormat::google_authenticator:
      require(!words.user.empty(), "google-authenticator needs --user: the file does not say whose it is");
      require(words.files.size() == 1, "google-authenticator takes one file: a user has one");
      return {true, false, read_google_authenticator};
    case ImportFormat::oath_usersfile: return {false, true, read_oath_line};
    case ImportFormat::otpauth: return {false, true, read_otpauth_line};
    case ImportFormat::umbra_web: return web_format(words);
  }
  throw Failure(Exit::usage, "there is no such format");
}

}  // namespace umbra::intake
