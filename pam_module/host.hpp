// What a login needs of the program that runs it: libpam in the module, a script in the tests; ruled by
// ARCHITECTURE.md, "One login".
#pragma once

#include "common/protocol.hpp"
#include "pam_module/typed.hpp"

namespace umbra {

enum class Outcome : std::uint8_t {
  success,
  ignore,               // the daemon's positive word that there is nothing to ask, or nothing to complete
  refused,              // wrong, replayed, locked, unknown, not enrolled, not permitted: one word for all
  unavailable,          // the daemon is absent, slow or makes no sense
  conversation_failed,  // nobody could be asked
  misconfigured,        // an option or a service name that cannot be meant
};

enum class Weight : std::uint8_t { error, notice, debug };

using Token = SecretBytes<wire::kMaxToken>;

class Host {
 public:
  // The name that is being logged in, asked for where it is not known yet. False where that failed.
  virtual bool user(std::string_view& name) noexcept = 0;
  // Empty where the program did not say. Valid until the item itself is set anew.
  virtual std::string_view service() noexcept = 0;
  virtual std::string_view tty() noexcept = 0;
  virtual std::string_view rhost() noexcept = 0;

  // Asks one question. False where nobody could be asked; no answer at all is an empty one.
  virtual bool prompt(const char* text, bool echo, Typed& answer) noexcept = 0;
  // One line for the user; whoever cannot show it drops it.
  virtual void show_info(const char* text) noexcept = 0;
  virtual void show_error(const char* text) noexcept = 0;

  // The password that a module before us asked for; empty where there is none.
  virtual Typed password() noexcept = 0;
  // False where memory ran out.
  virtual bool set_password(const char* text) noexcept = 0;

  // Keeps `token` for the account phase of this login, in place of what was kept before. False where memory ran out.
  virtual bool keep(Bytes token) noexcept = 0;
  // False where nothing was kept.
  virtual bool kept(Token& token) noexcept = 0;
  virtual void forget() noexcept = 0;

  // One line for the administrator, "text detail". Neither ever holds what was typed, nor a user's name: that may be
  // a password which was typed too early.
  virtual void log(Weight weight, const char* text, const char* detail) noexcept = 0;

 protected:
  ~Host() = default;
};

}  // namespace umbra
