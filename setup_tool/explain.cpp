// doctor --user: which rule a login meets, and what comes of it.
#include "setup_tool/explain_text.hpp"
#include "setup_tool/tool.hpp"

namespace umbra {

Exit run_doctor(Tool& tool) {
  wire::ExplainReply reply;
  tool.client.require(wire::Explain{tool.user, tool.words.service, tool.words.source}, reply, tool.user);
  if (outcome_word(reply).empty()) Client::throw_broken();
  const LoginCase login{tool.words.service, tool.words.source};
  tool.out.write(tool.words.json ? explain_json(login, reply) : explain_page(login, reply));
  return Exit::done;
}

}  // namespace umbra
