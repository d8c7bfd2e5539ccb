#include "setup_tool/explain_text.hpp"

#include <sstream>

#include "setup_tool/json_text.hpp"
#include "setup_tool/plain_text.hpp"

namespace umbra {
namespace {

enum class Outcome : std::uint8_t { none, code, pass, pass_with_nullok, enrol, refused };

Outcome outcome_of(const wire::ExplainReply& reply) noexcept {
  const auto factor = static_cast<wire::Factor>(reply.factor);
  switch (factor) {
    case wire::Factor::exempt: return Outcome::pass;
    case wire::Factor::required:
    case wire::Factor::optional:
    case wire::Factor::enrol: break;
    default: return Outcome::none;
  }
  if (reply.enabled) return Outcome::code;
  if (reply.enforced || factor == wire::Factor::enrol) return Outcome::enrol;
  return factor == wire::Factor::required ? Outcome::refused : Outcome::pass_with_nullok;
}

std::string_view factor_word(std::uint8_t factor) noexcept {
  switch (static_cast<wire::Factor>(factor)) {
    case wire::Factor::required: return "required";
    case wire::Factor::optional: return "optional";
    case wire::Factor::exempt: return "exempt";
    case wire::Factor::enrol: return "enrol";
  }
  return "";
}

std::string rule_sentence(const wire::ExplainReply& reply) {
  const std::string factor = "second_factor is \"" + std::string(factor_word(reply.factor)) + "\".\n";
  if (reply.rule == 0) return "No rule matches, so " + factor;
  return "It meets rule " + std::to_string(reply.rule) + ", config.toml line " + std::to_string(reply.line) + ": " +
         factor;
}

std::string outcome_sentence(const wire::ExplainReply& reply, const std::string& name) {
  switch (outcome_of(reply)) {
    case Outcome::none: break;
    case Outcome::code: return "The login will be asked for a code.\n";
    case Outcome::pass: return "The login is not asked for a code.\n";
    case Outcome::pass_with_nullok:
      return "The login passes without a code only where the PAM line says nullok; elsewhere it is refused.\n";
    case Outcome::enrol:
      return "The login enrols " + name +
             " inside itself where the PAM line says after_password and not no_enrol; elsewhere it is refused.\n";
    case Outcome::refused: return "The login is refused until " + name + " is set up: run umbra-totp setup.\n";
  }
  return "";
}

}  // namespace

std::string_view outcome_word(const wire::ExplainReply& reply) noexcept {
  switch (outcome_of(reply)) {
    case Outcome::none: break;
    case Outcome::code: return "code";
    case Outcome::pass: return "pass";
    case Outcome::pass_with_nullok: return "pass_with_nullok";
    case Outcome::enrol: return "enrol";
    case Outcome::refused: return "refused";
  }
  return "";
}

std::string explain_page(const LoginCase& login, const wire::ExplainReply& reply) {
  const std::string name = printable(reply.user);
  const std::string source = printable(login.source);
  std::ostringstream page;
  page << "A login of " << name << " through " << printable(login.service)
       << (source.empty() ? ", from this machine.\n" : ", from " + source + ".\n");
  page << rule_sentence(reply);
  page << name << (reply.enabled ? " is enabled.\n" : " is not enrolled.\n");
  if (reply.enforced) page << name << " must enrol: umbra-totp enforce said so.\n";
  if (reply.locked)
    page << name << " is locked, so a right code is refused too: wait, or run umbra-totp unlock " << name << ".\n";
  if (reply.source_locked)
    page << "Too many failures came from the same place, so a right code from there is refused too: wait.\n";
  page << outcome_sentence(reply, name);
  return page.str();
}

std::string explain_json(const LoginCase& login, const wire::ExplainReply& reply) {
  const bool matches = reply.rule != 0;
  nlohmann::ordered_json object;
  object["user"] = std::string(reply.user);
  object["service"] = std::string(login.service);
  object["source"] = std::string(login.source);
  object["rule"] = matches ? nlohmann::ordered_json(reply.rule) : nlohmann::ordered_json(nullptr);
  object["line"] = matches ? nlohmann::ordered_json(reply.line) : nlohmann::ordered_json(nullptr);
  object["second_factor"] = std::string(factor_word(reply.factor));
  object["enabled"] = reply.enabled;
  object["enforced"] = reply.enforced;
  object["locked"] = reply.locked;
  object["source_locked"] = reply.source_locked;
  object["outcome"] = std::string(outcome_word(reply));
  return json_line(object);
}

}  // namespace umbra
