// setup and confirm: a secret on its way from the daemon to the phone, and the first code back.
#include <optional>

#include "setup_tool/code_report.hpp"
#include "setup_tool/devices.hpp"
#include "setup_tool/enrolment_text.hpp"
#include "setup_tool/new_file.hpp"
#include "setup_tool/plain_text.hpp"
#include "setup_tool/png.hpp"

namespace umbra {
namespace {

constexpr int kFirstCodeTries = 3;
constexpr std::string_view kFirstCodePrompt = "First code from your app: ";

// Without --add no name is sent, and the reply says of no device that it is replaced.
wire::Status send_setup(Tool& tool, std::string_view current_code, wire::AddDeviceReply& reply) {
  wire::AddDevice message;
  message.user = tool.user;
  message.answer = current_code;
  message.algorithm = tool.words.algorithm;
  message.digits = tool.words.digits;
  message.period = tool.words.period;
  message.force = tool.words.force;
  message.name = tool.words.device;
  if (!message.name.empty()) return tool.client.call(message, reply);
  return tool.client.call(static_cast<const wire::Setup&>(message), static_cast<wire::SetupReply&>(reply));
}

Failure already_enabled(const Tool& tool) {
  return {Exit::wrong_state, printable(tool.user) +
                                 " is already enabled: give a current code, on a terminal or with --stdin, "
                                 "or use --force as root"};
}

// The daemon's offer. Beside an enabled user's live secret, or in its place, there is a new one only for a current code
// (or root's --force).
wire::AddDeviceReply request_setup(Tool& tool) {
  wire::AddDeviceReply reply;
  wire::Status status = send_setup(tool, {}, reply);
  if (status == wire::Status::already_enabled) {
    TypedAnswer current;
    if (!tool.asker.can_ask() || !tool.asker.ask("Current code: ", current) || current.empty())
      throw already_enabled(tool);
    status = send_setup(tool, current.text(), reply);
    if (status == wire::Status::already_enabled) throw already_enabled(tool);
  }
  if (status != wire::Status::ok) throw Client::failure_of(status, tool.user);
  if (!reply.accepted) throw Failure(Exit::refused, refusal_line(reply.reason, tool.user) + "; nothing was changed");
  return reply;
}

// Before anything is given up: who has several devices may have meant another one, or one more.
void tell_which_is_replaced(const Tool& tool) {
  const DeviceList list = devices_of(tool);
  if (list.devices.size() > 1)
    tell(printable(tool.user) + " has " + std::to_string(list.devices.size()) + " devices; the new secret replaces " +
         printable(list.devices.front().name) + " when it is confirmed (one more: --add NAME)");
}

SecretText qr_for_page(const Tool& tool, const QrMatrix& code) {
  const Surroundings here = tool.out.surroundings();
  const QrStyle style = choose_style(tool.words.qr, here, code.full_size());
  if (style == QrStyle::none && here.terminal && tool.words.qr == QrWish::automatic)
    tell("the terminal is too narrow for the QR code: widen it and repeat, use --png FILE, or type the secret");
  return qr_text(code, style, here.colours);
}

void show(const Tool& tool, const Enrolment& enrolment, std::optional<NewFile>& picture) {
  const QrMatrix code = make_qr(enrolment.uri);
  SecretBlob png;
  if (picture || tool.words.json) png = png_of(code);
  if (picture) picture->write(png);
  tool.out.write(tool.words.json ? enrolment_json(enrolment, png) : enrolment_page(enrolment, qr_for_page(tool, code)),
                 "nothing was confirmed, run setup again");
  if (picture) picture->keep();
}

// With --json the object is all of standard output.
void tell_done(const Tool& tool, const std::string& line) {
  if (tool.words.json) return tell(line);
  tool.out.write(line + "\n");
}

std::string confirmed_line(const Tool& tool, const std::string& user) {
  const std::string of = tool.words.device.empty() ? "" : " of " + tool.words.device;
  return "Confirmed: from now on " + printable(user) + " logs in with a code" + of + ".";
}

Exit ask_first_code(Tool& tool, const std::string& user) {
  for (int left = kFirstCodeTries - 1; left >= 0; --left) {
    TypedAnswer answer;
    if (!tool.asker.ask(kFirstCodePrompt, answer)) break;
    wire::CodeReply reply;
    tool.client.require(wire::Confirm{user, answer.text()}, reply, user);
    if (reply.accepted) {
      tell_done(tool, confirmed_line(tool, user));
      return Exit::done;
    }
    if (left > 0) tell(refusal_line(reply.reason, user));
  }
  throw Failure(Exit::refused,
                "not confirmed, so the new secret does not count yet: run umbra-totp confirm with a "
                "code of it, or setup again");
}

}  // namespace

Exit run_setup(Tool& tool) {
  std::optional<NewFile> picture;
  if (!tool.words.png.empty()) picture.emplace(tool.words.png);
  if (tool.words.device.empty()) tell_which_is_replaced(tool);
  const wire::AddDeviceReply reply = request_setup(tool);
  if (reply.replaces)
    tell("there is a device " + tool.words.device + ": the new secret replaces it when it is confirmed");
  Enrolment enrolment = enrolment_of(reply);
  enrolment.device = tool.words.device;
  show(tool, enrolment, picture);
  if (tool.words.no_confirm) return Exit::done;
  if (tool.asker.can_ask()) return ask_first_code(tool, enrolment.user);
  tell("no terminal to ask for the first code on: run umbra-totp confirm with it");
  return Exit::done;
}

Exit run_confirm(Tool& tool) {
  const TypedAnswer answer = code_for(tool, kFirstCodePrompt);
  wire::CodeReply reply;
  tool.client.require(wire::Confirm{tool.user, answer.text()}, reply, tool.user);
  return report(tool, reply, "Confirmed: from now on " + printable(reply.user) + " logs in with a code.");
}

}  // namespace umbra
