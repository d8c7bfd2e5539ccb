// status, list, unlock, remove: a record's state, and an administrator's changes to it.
#include "setup_tool/devices.hpp"
#include "setup_tool/json_text.hpp"
#include "setup_tool/plain_text.hpp"
#include "setup_tool/state_text.hpp"
#include "setup_tool/tool.hpp"

namespace umbra {
namespace {

// Throws where a page is not what it says it is, or would lead round in a circle.
std::string page_of(const Tool& tool, const wire::ListReply& reply, std::string& last_user) {
  Reader items(reply.items);
  std::string page;
  for (unsigned i = 0; i < reply.count; ++i) {
    wire::UserState state;
    wire::UserState::fields(items, state);
    if (!items.ok() || state.user <= last_user) Client::throw_broken();
    page += tool.words.json ? json_line(state_json(state)) : state_row(state);
    last_user = state.user;
  }
  if (!items.at_end() || (reply.more && reply.count == 0)) Client::throw_broken();
  return page;
}

template <class Message>
Exit change(Tool& tool, std::string_view done_word) {
  wire::Nothing reply;
  tool.client.require(Message{tool.user}, reply, tool.user);
  if (tool.words.json)
    tool.out.write(json_line({{"user", tool.user}}));
  else
    tool.out.write(printable(tool.user) + ": " + std::string(done_word) + "\n");
  return Exit::done;
}

}  // namespace

Exit run_status(Tool& tool) {
  wire::UserState state;
  tool.client.require(wire::StatusOf{tool.user}, state, tool.user);
  nlohmann::ordered_json object = state_json(state);
  const std::string page = state_page(state);
  // From here on the state's texts are gone: the next answer takes their place.
  const DeviceList devices = devices_of(tool);
  object["devices"] = devices_json(devices);
  tool.out.write(tool.words.json ? json_line(object) : page + devices_page(devices));
  return Exit::done;
}

// One page in memory at a time, however many users there are.
Exit run_list(Tool& tool) {
  std::string last_user;
  for (bool more = true; more;) {
    wire::ListReply reply;
    tool.client.require(wire::List{last_user}, reply, last_user);
    more = reply.more;
    const std::string page = page_of(tool, reply, last_user);
    try {
      tool.out.write(page);
    } catch (const OutputFailure& failure) {
      if (failure.reader_left()) return Exit::done;
      throw;
    }
  }
  return Exit::done;
}

Exit run_unlock(Tool& tool) { return change<wire::Unlock>(tool, "unlocked"); }

Exit run_remove(Tool& tool) { return change<wire::Remove>(tool, "removed"); }

}  // namespace umbra
