#include "setup_tool/import/oath_usersfile.hpp"

#include <ctime>

#include "setup_tool/import/fields.hpp"

namespace umbra::intake {
namespace {

// "HOTP/T30/6": seconds and digits; "HOTP" and "HOTP/E" count.
std::string read_type(std::string_view type, Credential& credential) {
  if (type == "HOTP" || type.starts_with("HOTP/E"))
    return "its codes are counted (" + std::string(type.substr(0, 6)) +
           "), not timed, which umbra-totpd does not do: run umbra-totp setup for this user";
  if (type.starts_with("HOTP/T30"))
    credential.period = 30;
  else if (type.starts_with("HOTP/T60"))
    credential.period = 60;
  else
    return "it begins with no type that pam_oath knows, such as HOTP/T30/6";
  const std::string_view digits = type.substr(8);
  if (digits.empty() || digits == "/6") return {};
  if (digits != "/7" && digits != "/8") return "its codes have neither 6, 7 nor 8 digits";
  credential.digits = static_cast<std::uint8_t>(digits[1] - '0');
  return {};
}

// "2009-12-07T23:16:15L", L for local.
std::optional<std::int64_t> local_time(std::string_view text) {
  if (text.empty() || text.back() != 'L') return std::nullopt;
  text.remove_suffix(1);
  const auto as_utc = unix_time(text);
  if (!as_utc || text.size() != 19) return std::nullopt;
  std::tm time{};
  const std::time_t seconds = *as_utc;
  gmtime_r(&seconds, &time);
  time.tm_isdst = -1;
  const std::time_t local = std::mktime(&time);
  return local < 0 ? std::nullopt : std::optional<std::int64_t>(local);
}

// Counter, last code and its time, all written by pam_oath at a login. A timed credential has no use for the counter.
std::string read_last(std::string_view rest, Credential& credential) {
  const std::string_view counter = next_word(rest), code = next_word(rest), time = next_word(rest);
  if (!counter.empty() && !number<std::uint64_t>(counter.starts_with('-') ? counter.substr(1) : counter, UINT64_MAX))
    return "the field behind the secret is no number";
  if (code.empty()) return {};
  const auto value = number<std::uint32_t>(code, 99'999'999);
  if (!value || code.size() != credential.digits) return "the last code is none";
  const auto used_at = local_time(time);
  if (!used_at) return "the time of the last code is missing, or is none like 2009-12-07T23:16:15L";
  credential.used.push_back({static_cast<std::uint64_t>(*used_at) / credential.period, *value});
  return trimmed(rest).empty() ? "" : "there is something behind its last field";
}

std::string read_fields(std::string_view line, Credential& credential) {
  const std::string_view type = next_word(line);
  credential.user = next_word(line);
  const std::string_view password = next_word(line), secret = next_word(line);
  if (std::string wrong = read_type(type, credential); !wrong.empty()) return wrong;
  if (secret.empty()) return "a line has a type, a user, a password or -, and a secret";
  if (password != "-")
    return "it has a password (PIN), which umbra-totpd does not ask for: put - in its place, and tell the user";
  if (!read_hex(secret, credential.secret)) return "the secret is not 1 to 64 bytes in hexadecimal";
  return read_last(line, credential);
}

}  // namespace

Reading read_oath_line(std::string_view line) {
  line = trimmed(line);
  if (line.empty() || line.front() == '#') return {};
  Credential credential;
  if (std::string wrong = read_fields(line, credential); !wrong.empty()) return refuse(std::move(wrong));
  return {{std::move(credential)}, {}, 0};
}

}  // namespace umbra::intake
