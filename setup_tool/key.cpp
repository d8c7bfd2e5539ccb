// key list, rotate and retire: the daemon's key ring, and how far a rotation is.
#include <unistd.h>

#include <chrono>
#include <thread>
#include <vector>

#include "common/key_messages.hpp"
#include "setup_tool/json_text.hpp"
#include "setup_tool/plain_text.hpp"
#include "setup_tool/progress.hpp"
#include "setup_tool/tool.hpp"

namespace umbra {
namespace {

constexpr std::chrono::milliseconds kLook{200};

std::string key_row(const wire::KeyEntry& key, bool first) {
  return printable(key.id) + (first ? "  seals  made " : "  opens  made ") +
         (key.made == 0 ? std::string("(unknown)") : utc_time(key.made).value_or("(unknown)")) + "  records " +
         std::to_string(key.records) + "  log " + std::to_string(key.trail) + "\n";
}

std::string key_json(const wire::KeyEntry& key, bool first) {
  return json_line({{"key", printable(key.id)},
                    {"primary", first},
                    {"made", key.made == 0 ? nlohmann::ordered_json(nullptr) : time_json(key.made)},
                    {"records", key.records},
                    {"log", key.trail}});
}

Exit list(Tool& tool) {
  wire::KeysReply reply;
  tool.client.require(wire::KeysOf{}, reply, {});
  Reader items(reply.items);
  std::string text;
  for (unsigned i = 0; i < reply.count; ++i) {
    wire::KeyEntry key;
    wire::KeyEntry::fields(items, key);
    text += tool.words.json ? key_json(key, i == 0) : key_row(key, i == 0);
  }
  if (!items.ok() || !items.at_end() || reply.count == 0) Client::throw_broken();
  tool.out.write(text);
  if (reply.unreadable > 0)
    tell(std::to_string(reply.unreadable) + " records open with no key: restore them from a backup, or remove them");
  if (!reply.settled) tell("a rotation is under way: umbra-totp key rotate shows how far it is");
  return Exit::done;
}

// The daemon seals on whether anybody watches or not. The total is known from the first look on.
void watch(Client& client) {
  std::optional<Progress> progress;
  for (;; std::this_thread::sleep_for(kLook)) {
    wire::RotationReply reply;
    client.require(wire::RotationOf{}, reply, {});
    if (reply.settled) return;
    if (reply.total == 0 || reply.done > reply.total) continue;
    if (!progress) progress.emplace(reply.total);
    progress->show(reply.done);
  }
}

Exit rotate(Tool& tool) {
  wire::RotateReply reply;
  tool.client.require(wire::Rotate{}, reply, {});
  const std::string id = printable(reply.id);
  const bool resumed = reply.resumed;
  if (resumed) tell("an earlier rotation is not at its end: it goes on, and no new key is made");
  try {
    watch(tool.client);
  } catch (const Failure& failure) {
    throw Failure(failure.exit(), std::string(failure.what()) +
                                      "; the key stays, and umbra-totpd goes on by itself when it runs again");
  }
  tool.out.write(tool.words.json ? json_line({{"key", id}, {"resumed", resumed}})
                                 : "key " + id +
                                       " seals everything now; the old keys still open: make a copy of the key "
                                       "ring, then run umbra-totp key retire\n");
  return Exit::done;
}

Exit retire(Tool& tool) {
  wire::RetireReply reply;
  tool.client.require(wire::Retire{}, reply, {});
  const unsigned count = reply.retired;
  tool.out.write(tool.words.json ? json_line({{"retired", count}})
                 : count == 0    ? "there is one key alone: nothing to retire\n"
                                 : std::to_string(count) + (count == 1 ? " key" : " keys") +
                                    " retired; copies of the database from before the rotation still need "
                                    "the copy of the old key ring\n");
  return Exit::done;
}

}  // namespace

Exit run_key(Tool& tool) {
  switch (tool.words.key) {
    case KeyAction::list: return list(tool);
    case KeyAction::rotate: return rotate(tool);
    case KeyAction::retire: return retire(tool);
  }
  return Exit::usage;
}

}  // namespace umbra
