// enforce and unenforce: who must enrol at the next login, for one or many.
#include "setup_tool/json_text.hpp"
#include "setup_tool/plain_text.hpp"
#include "setup_tool/progress.hpp"
#include "setup_tool/tool.hpp"

namespace umbra {
namespace {

// The failure's exit code, where there was one: its line names the user.
template <class Message>
Exit change(Client& client, const std::string& user, Progress& progress) {
  try {
    wire::Nothing reply;
    client.require(Message{user}, reply, user);
    return Exit::done;
  } catch (const Failure& failure) {
    progress.hide();
    tell(printable(user) + ": " + failure.what());
    return failure.exit();
  }
}

template <class Message>
Exit change_all(Tool& tool, bool enforced) {
  const auto& users = tool.words.users;
  Progress progress(users.size());
  Exit exit = Exit::done;
  for (std::size_t i = 0; i < users.size(); ++i) {
    progress.show(i);
    const Exit one = change<Message>(tool.client, users[i], progress);
    if (exit == Exit::done) exit = one;
    if (one != Exit::done) continue;
    progress.hide();
    tool.out.write(tool.words.json
                       ? json_line({{"user", users[i]}, {"enforced", enforced}})
                       : printable(users[i]) + (enforced ? ": must enrol at the next login\n" : ": need not enrol\n"),
                   "done up to " + printable(users[i]) + ", and nobody behind");
  }
  return exit;
}

}  // namespace

Exit run_enforce(Tool& tool) { return change_all<wire::Enforce>(tool, true); }

Exit run_unenforce(Tool& tool) { return change_all<wire::Unenforce>(tool, false); }

}  // namespace umbra
