// export: one user's secret as an otpauth URI, a QR code or a line for the web application.
#include <chrono>
#include <optional>

#include "common/import_messages.hpp"
#include "setup_tool/import/format.hpp"
#include "setup_tool/import/phc.hpp"
#include "setup_tool/import/umbra_web.hpp"
#include "setup_tool/json_text.hpp"
#include "setup_tool/new_file.hpp"
#include "setup_tool/otpauth.hpp"
#include "setup_tool/plain_text.hpp"
#include "setup_tool/png.hpp"
#include "setup_tool/tool.hpp"

namespace umbra {
namespace {

// Every entry of one of the reply's lists.
template <class Entry>
std::vector<Entry> entries(Bytes bytes) {
  std::vector<Entry> list;
  Reader reader(bytes);
  while (reader.ok() && !reader.at_end()) Entry::fields(reader, list.emplace_back());
  if (!reader.ok()) Client::throw_broken();
  return list;
}

SecretText uri_of(const wire::ExportReply& reply, const wire::ExportedDevice& device) {
  const SecretText secret = base32(device.secret);
  return otpauth_uri({reply.issuer, reply.user, secret, device.algorithm, device.digits, device.period});
}

std::string digits_of(std::uint32_t code, std::uint8_t digits) {
  const std::string text = std::to_string(code);
  return std::string(digits - std::min<std::size_t>(text.size(), digits), '0') + text;
}

// The web application's times.
nlohmann::ordered_json time_or_null(std::int64_t seconds) {
  return seconds == 0 ? nlohmann::ordered_json(nullptr) : time_json(seconds);
}

std::string web_line(const wire::ExportReply& reply, const wire::ExportedDevice& device, const FernetKey& key) {
  if (device.algorithm != 1 || device.digits != 6 || device.period != 30)
    throw Failure(Exit::wrong_state,
                  "the web application knows SHA1, 6 digits and 30 seconds alone, and this secret "
                  "is another: export it as a URI");
  const SecretText secret = base32(device.secret);
  const std::int64_t now =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
  const SecretText token = key.seal({reinterpret_cast<const std::uint8_t*>(secret.data()), secret.size()}, now);
  nlohmann::ordered_json codes = nlohmann::ordered_json::array(), used = codes;
  for (const auto& code : entries<wire::HashedCode>(reply.hashed_codes))
    codes.push_back({{"code_hash", intake::phc_of(code)},
                     {"used_at", time_or_null(code.used_at)},
                     {"created_at", time_or_null(reply.codes_made_at)}});
  for (const auto& one : entries<wire::UsedStep>(reply.used))
    used.push_back({{"code", digits_of(one.code, device.digits)}, {"window", one.step}});
  return json_line({{"username", std::string(reply.user)},
                    {"totp_secret", std::string(token)},
                    {"totp_enabled", true},
                    {"mfa_enforce_pending", reply.enforced},
                    {"backup_codes", codes},
                    {"totp_usage", used}});
}

std::vector<FernetKey> sealing_key(const Words& words) {
  if (words.export_format == ExportFormat::uri && !words.secret_key_file.empty())
    throw Failure(Exit::usage, "--secret-key-file is for --format json alone");
  if (words.export_format == ExportFormat::uri) return {};
  if (words.secret_key_file.empty() || !words.png.empty())
    throw Failure(Exit::usage, "--format json needs --secret-key-file, to seal the secret with, and has no picture");
  return intake::keys_of_setting(intake::read_setting(words.secret_key_file));
}

}  // namespace

Exit run_export(Tool& tool) {
  const auto keys = sealing_key(tool.words);
  std::optional<NewFile> picture;  // before the secret is asked for: each time is on the audit trail
  if (!tool.words.png.empty()) picture.emplace(tool.words.png);
  wire::ExportReply reply;
  tool.client.require(wire::Export{tool.user}, reply, tool.user);
  if (!reply.allowed)
    throw Failure(Exit::not_permitted,
                  "export is switched off: set allow_export = true under [access] of config.toml, "
                  "then systemctl reload umbra-totpd");
  const auto devices = entries<wire::ExportedDevice>(reply.devices);
  if (devices.empty() || devices.size() != reply.count) Client::throw_broken();
  const bool one_alone = !keys.empty() || picture;
  if (one_alone && devices.size() > 1) tell("this user has further devices, which are not in it");
  if (!keys.empty()) {
    tool.out.write(web_line(reply, devices.front(), keys.front()));
  } else if (picture) {
    picture->write(png_of(make_qr(uri_of(reply, devices.front()))));
    picture->keep();
  } else {
    for (const auto& device : devices) tool.out.write(uri_of(reply, device).append("\n"));
  }
  return Exit::done;
}

}  // namespace umbra
