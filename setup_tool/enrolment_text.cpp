#include "setup_tool/enrolment_text.hpp"

#include <nlohmann/json.hpp>

#include "setup_tool/backup_text.hpp"
#include "setup_tool/base64.hpp"
#include "setup_tool/client.hpp"
#include "setup_tool/json_text.hpp"
#include "setup_tool/otpauth.hpp"
#include "setup_tool/plain_text.hpp"

namespace umbra {
namespace {

constexpr std::size_t kGroup = 4;

void put_groups(SecretStream& page, std::string_view secret) {
  page << "   ";
  for (; !secret.empty(); secret.remove_prefix(std::min(kGroup, secret.size())))
    page << ' ' << secret.substr(0, kGroup);
  page << "\n\n";
}

void wipe_text(std::string& text) { wipe(text.data(), text.size()); }

}  // namespace

Enrolment enrolment_of(const wire::SetupReply& reply) {
  const auto algorithm = algorithm_name(reply.algorithm);
  if (algorithm.empty() || reply.secret.empty() || reply.digits < 6 || reply.digits > 8 || reply.period == 0)
    Client::throw_broken();
  Enrolment enrolment;
  enrolment.user = reply.user;
  enrolment.secret = base32(reply.secret);
  enrolment.uri =
      otpauth_uri({reply.issuer, reply.user, enrolment.secret, reply.algorithm, reply.digits, reply.period});
  enrolment.backup_codes.assign(reply.backup_codes);
  enrolment.settings = std::string(algorithm) + ", " + std::to_string(reply.digits) + " digits, " +
                       std::to_string(reply.period) + " seconds";
  return enrolment;
}

SecretText enrolment_page(const Enrolment& enrolment, const SecretText& qr) {
  SecretStream page;
  page << "Secret for " << printable(enrolment.user);
  if (!enrolment.device.empty()) page << ", device " << printable(enrolment.device);
  page << " (" << enrolment.settings << "):\n\n";
  put_groups(page, enrolment.secret);
  page << "Scan this with your authenticator app, or type the secret into it:\n\n";
  if (!qr.empty()) page << qr << '\n';
  page << enrolment.uri << "\n\n";
  if (!enrolment.backup_codes.empty()) {
    page << "Backup codes, for the day your phone is gone. Each works once in place of a code.\n"
            "Keep them apart from the phone; they are not shown again.\n\n";
    put_backup_codes(page, enrolment.backup_codes);
    page << '\n';
  } else if (!enrolment.device.empty()) {
    page << "The backup codes stay as they are.\n\n";
  }
  return std::move(page).str();
}

SecretText enrolment_json(const Enrolment& enrolment, Bytes png) {
  nlohmann::ordered_json object;
  object["user"] = enrolment.user;
  object["secret"] = std::string(enrolment.secret);
  object["otpauth_uri"] = std::string(enrolment.uri);
  object["qr_code_base64"] = std::string(base64(png));
  object["backup_codes"] = nlohmann::ordered_json::array();
  for (const auto code : code_lines(enrolment.backup_codes)) object["backup_codes"].push_back(std::string(code));
  if (!enrolment.device.empty()) object["device"] = enrolment.device;

  std::string line = json_line(object);
  const SecretText text(line);
  wipe_text(line);
  for (const char* const key : {"secret", "otpauth_uri", "qr_code_base64"})
    wipe_text(object[key].get_ref<std::string&>());
  for (auto& code : object["backup_codes"]) wipe_text(code.get_ref<std::string&>());
  return text;
}

}  // namespace umbra
