#include "setup_tool/import/otpauth_uri.hpp"

#include <algorithm>

#include "setup_tool/import/fields.hpp"
#include "setup_tool/import/otpauth_migration.hpp"
#include "setup_tool/secret_text.hpp"

namespace umbra::intake {
namespace {

constexpr std::string_view kScheme = "otpauth://", kMigration = "otpauth-migration://offline?data=";

// RFC 3986 §2.1. Nothing where a percent sign is followed by something else.
std::optional<SecretText> unescaped(std::string_view text) {
  SecretText plain;
  plain.reserve(text.size() + 16);  // always on the heap, which is wiped
  for (; !text.empty(); text.remove_prefix(1)) {
    if (text.front() != '%') {
      plain.push_back(text.front());
      continue;
    }
    if (text.size() < 3 || hex_digit(text[1]) < 0 || hex_digit(text[2]) < 0) return std::nullopt;
    plain.push_back(static_cast<char>(hex_digit(text[1]) << 4 | hex_digit(text[2])));
    text.remove_prefix(2);
  }
  return plain;
}

bool starts_like(std::string_view text, std::string_view beginning) noexcept {
  return text.size() >= beginning.size() && same_letters(text.substr(0, beginning.size()), beginning);
}

std::string set_algorithm(std::string_view name, Credential& credential) {
  if (same_letters(name, "SHA1"))
    credential.algorithm = wire::Algorithm::sha1;
  else if (same_letters(name, "SHA256"))
    credential.algorithm = wire::Algorithm::sha256;
  else if (same_letters(name, "SHA512"))
    credential.algorithm = wire::Algorithm::sha512;
  else
    return "its algorithm is none of SHA1, SHA256, SHA512";
  return {};
}

std::string set_parameter(std::string_view name, std::string_view value, Credential& credential) {
  if (name == "algorithm") return set_algorithm(value, credential);
  if (name == "secret") {
    if (!credential.secret.empty()) return "it has two secrets";
    if (!read_base32(value, credential.secret)) return "its secret is not 1 to 64 bytes in base32";
  } else if (name == "digits") {
    const auto digits = number<unsigned>(value, 8);
    if (!digits || *digits < 6) return "its codes have neither 6, 7 nor 8 digits";
    credential.digits = static_cast<std::uint8_t>(*digits);
  } else if (name == "period") {
    const auto seconds = number<std::uint32_t>(value, 86400);
    if (!seconds || *seconds == 0) return "its period is no number of seconds from 1 to 86400";
    credential.period = *seconds;
  }
  return {};  // issuer, image and what else there may be
}

std::string read_parameters(std::string_view query, Credential& credential) {
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(pair.size() + 1, query.size()));
    const std::size_t equals = std::min(pair.find('='), pair.size());
    const auto value = unescaped(pair.substr(std::min(equals + 1, pair.size())));
    if (!value) return "a % in it is not followed by two hexadecimal digits";
    if (std::string wrong = set_parameter(pair.substr(0, equals), *value, credential); !wrong.empty()) return wrong;
  }
  return credential.secret.empty() ? "it has no secret" : "";
}

Reading read_uri(std::string_view uri) {
  uri.remove_prefix(kScheme.size());
  if (starts_like(uri, "hotp/"))
    return refuse("its codes are counted (hotp), not timed, which umbra-totpd does not do: run umbra-totp setup");
  if (!starts_like(uri, "totp/")) return refuse("it is neither otpauth://totp/ nor otpauth://hotp/");
  uri.remove_prefix(5);
  uri = uri.substr(0, uri.find('#'));
  const std::size_t query = std::min(uri.find('?'), uri.size());
  const auto label = unescaped(uri.substr(0, query));
  if (!label) return refuse("a % in it is not followed by two hexadecimal digits");
  Credential credential;
  credential.user = account_of(*label);
  std::string wrong = read_parameters(uri.substr(std::min(query + 1, uri.size())), credential);
  if (!wrong.empty()) return refuse(std::move(wrong));
  return {{std::move(credential)}, {}, 0};
}

}  // namespace

// Key Uri Format: "label = accountname / issuer (":" / "%3A") *"%20" accountname".
std::string_view account_of(std::string_view label) noexcept {
  const std::size_t colon = label.find(':');
  return trimmed(colon == std::string_view::npos ? label : label.substr(colon + 1));
}

Reading read_otpauth_line(std::string_view line) {
  line = trimmed(line);
  if (line.empty() || line.front() == '#') return {};
  if (starts_like(line, kScheme)) return read_uri(line);
  if (!starts_like(line, kMigration)) return refuse("it begins with neither otpauth:// nor " + std::string(kMigration));
  const auto data = unescaped(line.substr(kMigration.size()));
  if (!data) return refuse("a % in it is not followed by two hexadecimal digits");
  return read_migration(*data);
}

}  // namespace umbra::intake
