// A fresh secret and its backup codes as they are shown, once; ruled by umbra-totp(1). Pure.
#pragma once

#include "common/tool_messages.hpp"
#include "setup_tool/secret_text.hpp"

namespace umbra {

// Everything that setup shows of a daemon's reply.
struct Enrolment {
  std::string user;
  SecretText secret;  // base32
  SecretText uri;
  SecretText backup_codes;  // one a line
  std::string settings;     // "SHA1, 6 digits, 30 seconds"
  std::string device;       // that is added; empty: the user's first
};

// Throws Failure (unavailable) where the reply is no offer that an app can take.
Enrolment enrolment_of(const wire::SetupReply& reply);

// `qr` is qr_text()'s, or empty.
SecretText enrolment_page(const Enrolment& enrolment, const SecretText& qr);
// `png`: the picture's bytes.
SecretText enrolment_json(const Enrolment& enrolment, Bytes png);

}  // namespace umbra
