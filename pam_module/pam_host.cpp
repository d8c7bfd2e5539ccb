#include "pam_module/pam_host.hpp"

#include <security/pam_ext.h>
#include <syslog.h>

namespace umbra {
namespace {

constexpr const char* kDataName = "pam_umbra_totp";

// What lies between the auth and the account phase of one handle. In sshd the process that holds it never calls
// pam_end: complete() overwrites it itself.
struct Kept {
  std::size_t size = 0;
  std::uint8_t bytes[wire::kMaxToken] = {};
};

void drop(Kept* kept) noexcept {
  if (kept == nullptr) return;
  wipe(kept, sizeof *kept);
  std::free(kept);
}

extern "C" void umbra_drop_kept(pam_handle_t*, void* data, int) { drop(static_cast<Kept*>(data)); }

int priority(Weight weight) noexcept {
  switch (weight) {
    case Weight::error: return LOG_ERR;
    case Weight::notice: return LOG_NOTICE;
    case Weight::debug: return LOG_DEBUG;
  }
  return LOG_ERR;
}

}  // namespace

const char* PamHost::item(int type) noexcept {
  const void* value = nullptr;
  if (pam_get_item(pam_, type, &value) != PAM_SUCCESS || value == nullptr) return "";
  return static_cast<const char*>(value);
}

bool PamHost::user(std::string_view& name) noexcept {
  const char* text = nullptr;
  if (pam_get_user(pam_, &text, nullptr) != PAM_SUCCESS || text == nullptr) return false;
  name = text;
  return true;
}

// pam_prompt(3) would keep copies of its own and log a failure of its own: the program is called directly.
bool PamHost::converse(int style, const char* text, Typed& answer) noexcept {
  const void* value = nullptr;
  if (pam_get_item(pam_, PAM_CONV, &value) != PAM_SUCCESS || value == nullptr) return false;
  const auto* conversation = static_cast<const pam_conv*>(value);
  if (conversation->conv == nullptr) return false;
  const pam_message message{style, text};
  const pam_message* messages = &message;
  pam_response* responses = nullptr;
  // After a failure `responses` may point at what the program has already freed: it is left alone.
  if (conversation->conv(1, &messages, &responses, conversation->appdata_ptr) != PAM_SUCCESS) return false;
  if (responses != nullptr) {
    answer.take(responses->resp);
    std::free(responses);
  }
  return true;
}

bool PamHost::prompt(const char* text, bool echo, Typed& answer) noexcept {
  return converse(echo ? PAM_PROMPT_ECHO_ON : PAM_PROMPT_ECHO_OFF, text, answer);
}

void PamHost::show_info(const char* text) noexcept {
  Typed none;
  converse(PAM_TEXT_INFO, text, none);
}

void PamHost::show_error(const char* text) noexcept {
  Typed none;
  converse(PAM_ERROR_MSG, text, none);
}

Typed PamHost::password() noexcept {
  const char* text = item(PAM_AUTHTOK);
  return *text == '\0' ? Typed() : Typed::copy_of(text);
}

bool PamHost::set_password(const char* text) noexcept { return pam_set_item(pam_, PAM_AUTHTOK, text) == PAM_SUCCESS; }

bool PamHost::keep(Bytes token) noexcept {
  if (token.size() > wire::kMaxToken) return false;
  auto* kept = static_cast<Kept*>(std::calloc(1, sizeof(Kept)));
  if (kept == nullptr) return false;
  kept->size = token.size();
  if (!token.empty()) std::memcpy(kept->bytes, token.data(), token.size());
  if (pam_set_data(pam_, kDataName, kept, umbra_drop_kept) == PAM_SUCCESS) return true;
  drop(kept);
  return false;
}

bool PamHost::kept(Token& token) noexcept {
  const void* value = nullptr;
  if (pam_get_data(pam_, kDataName, &value) != PAM_SUCCESS || value == nullptr) return false;
  const auto* kept = static_cast<const Kept*>(value);
  return token.assign(Bytes(kept->bytes, kept->size));
}

void PamHost::forget() noexcept {
  const void* value = nullptr;
  if (pam_get_data(pam_, kDataName, &value) != PAM_SUCCESS || value == nullptr) return;
  pam_set_data(pam_, kDataName, nullptr, nullptr);
}

void PamHost::log(Weight weight, const char* text, const char* detail) noexcept {
  pam_syslog(pam_, LOG_AUTHPRIV | priority(weight), "%s%s%s", text, *detail == '\0' ? "" : " ", detail);
}

int pam_code(Outcome outcome) noexcept {
  switch (outcome) {
    case Outcome::success: return PAM_SUCCESS;
    case Outcome::ignore: return PAM_IGNORE;
    case Outcome::refused: return PAM_AUTH_ERR;
    case Outcome::unavailable: return PAM_AUTHINFO_UNAVAIL;
    case Outcome::conversation_failed: return PAM_CONV_ERR;
    case Outcome::misconfigured: return PAM_SERVICE_ERR;
  }
  return PAM_SERVICE_ERR;
}

}  // namespace umbra
