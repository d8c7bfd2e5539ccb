// The only code that calls libpam: Host over a PAM handle; ruled by pam(3), pam_conv(3), pam_set_data(3).
#pragma once

#include <security/pam_modules.h>

#include "pam_module/host.hpp"

namespace umbra {

// PAM_SILENT is left aside on purpose: sudo sets it in every call, and would get neither prompt nor lock text.
class PamHost final : public Host {
 public:
  explicit PamHost(pam_handle_t* pam) noexcept : pam_(pam) {}

  bool user(std::string_view& name) noexcept override;
  std::string_view service() noexcept override { return item(PAM_SERVICE); }
  std::string_view tty() noexcept override { return item(PAM_TTY); }
  std::string_view rhost() noexcept override { return item(PAM_RHOST); }
  bool prompt(const char* text, bool echo, Typed& answer) noexcept override;
  void show_info(const char* text) noexcept override;
  void show_error(const char* text) noexcept override;
  Typed password() noexcept override;
  bool set_password(const char* text) noexcept override;
  bool keep(Bytes token) noexcept override;
  bool kept(Token& token) noexcept override;
  void forget() noexcept override;
  void log(Weight weight, const char* text, const char* detail) noexcept override;

 private:
  const char* item(int type) noexcept;
  bool converse(int style, const char* text, Typed& answer) noexcept;

  pam_handle_t* pam_;
};

// The PAM return code for `outcome`.
int pam_code(Outcome outcome) noexcept;

}  // namespace umbra
