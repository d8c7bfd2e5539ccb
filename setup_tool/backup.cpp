// backup: all records, sealed as they are, into a new file.
#include <algorithm>

#include "common/backup_messages.hpp"
#include "setup_tool/json_text.hpp"
#include "setup_tool/obstacle_text.hpp"
#include "setup_tool/progress.hpp"
#include "setup_tool/tool.hpp"
#include "setup_tool/whole_file.hpp"

namespace umbra {
namespace {

struct Written {
  std::uint64_t users = 0, unreadable = 0;
};

void require_none(std::uint8_t obstacle, const std::string& file) {
  if (obstacle != static_cast<std::uint8_t>(wire::Obstacle::none)) throw failure_of_obstacle(obstacle, file, 0);
}

// One page in memory at a time.
Written write_pages(Tool& tool, const wire::BackupBegun& begun, const WholeFile& file) {
  const std::uint64_t id = begun.id, total = begun.users;
  Progress progress(total);
  Written written;
  bool more = true;
  for (std::uint64_t number = 1; more; ++number) {
    progress.show(std::min(written.users + written.unreadable, total));
    wire::BackupPageReply reply;
    tool.client.require(wire::BackupPage{id, number}, reply, {});
    require_none(reply.obstacle, tool.words.file);
    if (reply.lines.empty()) Client::throw_broken();
    file.write({reinterpret_cast<const char*>(reply.lines.data()), reply.lines.size()});
    written = {reply.users, reply.unreadable};
    more = reply.more;
  }
  return written;
}

std::string report(const Words& words, const Written& written) {
  if (words.json)
    return json_line({{"file", words.file},
                      {"users", written.users},
                      {"unreadable", written.unreadable},
                      {"keys", words.with_keys}});
  return printable(words.file) + ": " + std::to_string(written.users) + (written.users == 1 ? " user" : " users") +
         (words.with_keys ? ", and the key ring that opens them\n"
                          : "; it opens with the key ring alone: keep a copy of that as well, in another place\n");
}

}  // namespace

Exit run_backup(Tool& tool) {
  WholeFile file(tool.words.file);
  if (tool.words.with_keys) file.require_private();
  wire::BackupBegin message;
  message.with_keys = tool.words.with_keys;
  wire::BackupBegun begun;
  tool.client.require(message, begun, {});
  require_none(begun.obstacle, tool.words.file);
  if (tool.words.with_keys)
    tell("the file is going to hold the key ring: whoever reads it can make everybody's codes; keep it locked away");
  const Written written = write_pages(tool, begun, file);
  file.publish();
  if (written.unreadable > 0)
    tell(std::to_string(written.unreadable) +
         " records do not open and are not in the backup: umbra-totp db check names them");
  tool.out.write(report(tool.words, written));
  return Exit::done;
}

}  // namespace umbra
