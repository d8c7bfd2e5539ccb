// A fresh secret as the daemon sent it, and the two pages that show it; ruled by ARCHITECTURE.md, "Enrolment inside the
// login". Pure.
#pragma once

#include "common/login_messages.hpp"
#include "pam_module/page.hpp"
#include "pam_module/qr_text.hpp"

namespace umbra {

class Enrolment {
 public:
  Enrolment() noexcept = default;
  Enrolment(const Enrolment&) = delete;
  Enrolment& operator=(const Enrolment&) = delete;
  ~Enrolment() = default;  // its members overwrite themselves

  // Copies what is shown later: the reply lives only until the next question to the daemon. False where the reply
  // makes no sense: a picture of another size, no secret, or a byte that a terminal could obey.
  bool read(const wire::EnrolReply& reply) noexcept;

  // Why, secret, URI, picture, how to go on, and the question for the first code. A picture that does not fit the page
  // is left out: the secret can always be typed. How the picture was drawn, none where it was not.
  QrLook write_secret(QrLook look, Page& page) const noexcept;

  [[nodiscard]] bool has_backup_codes() const noexcept { return !backup_codes_.empty(); }
  // All backup codes, two a line, and the wait for Enter.
  void write_backup_codes(Page& page) const noexcept;

 private:
  void write_all(QrLook look, Page& page) const noexcept;

  SecretBytes<wire::kMaxSecretText> secret_;
  SecretBytes<wire::kMaxUri> uri_;
  SecretBytes<wire::kMaxBackupText> backup_codes_;
  SecretBytes<wire::kMaxQrBits> qr_;
  unsigned qr_side_ = 0;
};

}  // namespace umbra
