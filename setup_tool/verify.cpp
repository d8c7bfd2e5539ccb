// verify: a code, exactly as a login would take it.
#include "setup_tool/code_report.hpp"
#include "setup_tool/plain_text.hpp"

namespace umbra {

Exit run_verify(Tool& tool) {
  const TypedAnswer answer = code_for(tool, "Code: ");
  wire::CodeReply reply;
  tool.client.require(wire::Check{tool.user, answer.text()}, reply, tool.user);
  return report(tool, reply, "Accepted for " + printable(reply.user) + ".");
}

}  // namespace umbra
