// A login whose user must enrol, and the secret that is shown.
#pragma once

#include "tests/unit/pam_module/fakes.hpp"

namespace umbra::test {

inline constexpr std::string_view kSecret = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
inline constexpr std::string_view kUri = "otpauth://totp/example.org:zoe?secret=ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
inline constexpr std::string_view kBackupCodes = "AAAA-0001\nAAAA-0002\nAAAA-0003\n";

inline constexpr const char* kAgain = "That code was not accepted. First code from your app: ";

inline bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

// The texts and the reply that points at them, until overwrite().
struct Offer {
  std::string user = "zoe_the_user", issuer = "example.org";
  std::string secret{kSecret}, uri{kUri}, backup_codes{kBackupCodes};
  std::string qr = std::string("\xaa\xaa\xaa", 3) + '\x80';  // 5 x 5, every second module is dark
  std::uint8_t digits = 6, qr_side = 5;

  [[nodiscard]] wire::EnrolReply reply() const {
    return {user, issuer, secret, uri, backup_codes, digits, qr_side, test::bytes(qr)};
  }
  void overwrite() {
    for (auto* text : {&user, &issuer, &secret, &uri, &backup_codes, &qr}) text->assign(text->size(), '\x7f');
  }
};

struct EnrolScene : Scene {
  EnrolScene() {
    options.after_password = true;
    host.password_text = "correct horse";
    daemon.asks_to_enrol("the challenge");
    // None of them may be in a log line.
    host.secrets = {std::string(kSecret), std::string(kUri), "AAAA-0001", "ABCD EFGH", "correct horse"};
    daemon.before_verify = [this] { offer.overwrite(); };
  }
  EnrolScene(const EnrolScene&) = delete;
  EnrolScene& operator=(const EnrolScene&) = delete;

  void offers() { daemon.enrol_script.push_back({.reply = offer.reply()}); }
  [[nodiscard]] const std::string& shown(std::size_t index) const { return host.prompts.at(index).text; }

  Offer offer;
};

}  // namespace umbra::test
