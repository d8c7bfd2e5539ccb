#include "pam_module/enrolment.hpp"

#include <algorithm>

#include "pam_module/text.hpp"

namespace umbra {
namespace {

// The longest secret with a space in every four, the longest URI and every sentence below.
static_assert(wire::kMaxSecretText * 5 / 4 + wire::kMaxUri + 1024 < kMaxPage, "the text alone must always fit");
static_assert(2 * wire::kMaxBackupText + 1024 < kMaxPage, "backup codes must always fit");

constexpr std::size_t kGroup = 4;

bool is_printable(char c) noexcept { return c >= 0x20 && c < 0x7f; }
bool is_backup_text(char c) noexcept { return is_printable(c) || c == '\n'; }

template <class Predicate>
bool all(std::string_view text, Predicate predicate) noexcept {
  return std::all_of(text.begin(), text.end(), predicate);
}

bool makes_sense(const wire::EnrolReply& reply) noexcept {
  const std::size_t modules = std::size_t{reply.qr_side} * reply.qr_side;
  if (reply.qr_side > wire::kMaxQrSide || reply.qr.size() != (modules + 7) / 8) return false;
  if (reply.digits < 6 || reply.digits > 8 || reply.secret.empty()) return false;
  // What is shown is ASCII, and the daemon writes it so: not even bytes above it may reach a terminal.
  return all(reply.secret, is_printable) && all(reply.uri, is_printable) && all(reply.backup_codes, is_backup_text) &&
         std::none_of(reply.user.begin(), reply.user.end(), is_control) &&
         std::none_of(reply.issuer.begin(), reply.issuer.end(), is_control);
}

void add_in_groups(Page& page, std::string_view secret) noexcept {
  for (std::size_t at = 0; at < secret.size(); at += kGroup)
    page.add(at == 0 ? "" : " ").add(secret.substr(at, kGroup));
}

constexpr std::string_view how_to_go_on(QrLook look) noexcept {
  if (look == QrLook::none) return "Type the secret into an authenticator app, or open the otpauth link in one.\n";
  if (look == QrLook::black_on_white) return "Scan this with an authenticator app, or type the secret into it.\n";
  return "Scan this with an authenticator app, or type the secret into it. Where it does\n"
         "not scan, answer i: it is drawn again with light and dark exchanged.\n";
}

}  // namespace

bool Enrolment::read(const wire::EnrolReply& reply) noexcept {
  if (!makes_sense(reply)) return false;
  qr_side_ = reply.qr_side;
  return secret_.assign(as_bytes(reply.secret)) && uri_.assign(as_bytes(reply.uri)) &&
         backup_codes_.assign(as_bytes(reply.backup_codes)) && qr_.assign(reply.qr);
}

QrLook Enrolment::write_secret(QrLook look, Page& page) const noexcept {
  if (qr_side_ == 0) look = QrLook::none;
  write_all(look, page);
  if (!page.full()) return look;
  write_all(QrLook::none, page);
  return QrLook::none;
}

// A line break first: ssh clients put "(user@host) " in front of the first line.
void Enrolment::write_all(QrLook look, Page& page) const noexcept {
  page.clear();
  page.add("\nThis account must set up a second factor before it can log in.\nSecret: ");
  add_in_groups(page, as_text(secret_.view()));
  page.add("\n").add(as_text(uri_.view())).add("\n");
  draw_qr(page, {qr_side_, qr_.view()}, look);
  page.add(how_to_go_on(look)).add("First code from your app: ");
}

void Enrolment::write_backup_codes(Page& page) const noexcept {
  page.clear();
  page.add(
      "\nYou are set up. These backup codes replace your app once each, where it is lost.\n"
      "They are shown only this once:\n");
  std::string_view left = as_text(backup_codes_.view());
  for (bool second = false; !left.empty(); second = !second) {
    const std::string_view code = left.substr(0, left.find('\n'));
    page.add(second ? "   " : "\n  ").add(code);
    left.remove_prefix(std::min(left.size(), code.size() + 1));
  }
  page.add("\n\nPress Enter when you have written them down: ");
}

}  // namespace umbra
