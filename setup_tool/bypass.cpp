// bypass: one code for the help desk to read to somebody whose phone is gone.
#include "setup_tool/json_text.hpp"
#include "setup_tool/plain_text.hpp"
#include "setup_tool/secret_text.hpp"
#include "setup_tool/tool.hpp"

namespace umbra {
namespace {

SecretText bypass_page(const wire::BypassReply& reply, const std::string& until) {
  SecretStream page;
  page << printable(reply.code) << "\n\nFor " << printable(reply.user) << ", until " << until
       << ": it works once in place of a code.\n"
          "Read it to the user only after making sure who is asking. It is not shown again.\n";
  return std::move(page).str();
}

SecretText bypass_json(const wire::BypassReply& reply, const std::string& until) {
  nlohmann::ordered_json object{
      {"user", std::string(reply.user)}, {"code", std::string(reply.code)}, {"valid_until", until}};
  std::string line = json_line(object);
  const WipeGuard guard(line.data(), line.size());
  auto& code = object["code"].get_ref<std::string&>();
  wipe(code.data(), code.size());
  return SecretText(line);
}

}  // namespace

Exit run_bypass(Tool& tool) {
  wire::BypassReply reply;
  tool.client.require(wire::Bypass{tool.user, tool.words.valid}, reply, tool.user);
  const auto until = utc_time(reply.expires_at);
  if (!until || reply.code.empty()) Client::throw_broken();
  tool.out.write(tool.words.json ? bypass_json(reply, *until) : bypass_page(reply, *until),
                 "the bypass code was made and not shown: run umbra-totp bypass again");
  if (reply.locked) {
    const std::string name = printable(reply.user);
    tell(name + " is locked, which refuses this code too: run umbra-totp unlock " + name);
  }
  return Exit::done;
}

}  // namespace umbra
