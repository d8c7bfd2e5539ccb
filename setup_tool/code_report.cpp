#include "setup_tool/code_report.hpp"

#include <unistd.h>

#include <nlohmann/json.hpp>

#include "setup_tool/json_text.hpp"
#include "setup_tool/plain_text.hpp"

namespace umbra {
namespace {

std::string json_of(const wire::CodeReply& reply) {
  nlohmann::ordered_json object;
  object["user"] = std::string(reply.user);
  object["accepted"] = reply.accepted;
  object["step"] = nullptr;
  if (reply.has_step) object["step"] = reply.step;
  // The daemon tells reasons to root alone.
  if (geteuid() == 0) object["reason"] = reason_json(reply.reason);
  return json_line(object);
}

}  // namespace

TypedAnswer code_for(const Tool& tool, std::string_view prompt) {
  TypedAnswer answer;
  if (tool.words.code) {
    const std::string& code = *tool.words.code;
    answer.assign(code.size() <= wire::kMaxAnswer ? code : wire::kMalformedAnswer);
  } else if (!tool.asker.ask(prompt, answer)) {
    throw Failure(Exit::usage, "the input ended before a code: type one, or give it as a word");
  }
  return answer;
}

Exit report(const Tool& tool, const wire::CodeReply& reply, std::string_view done_line) {
  if (tool.words.json)
    tool.out.write(json_of(reply));
  else if (reply.accepted)
    tool.out.write(std::string(done_line) + "\n");
  if (reply.accepted) return Exit::done;
  tell(refusal_line(reply.reason, reply.user));
  return Exit::refused;
}

}  // namespace umbra
