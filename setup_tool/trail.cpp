// log: the audit trail, page by page, and what is added to it while somebody watches.
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <limits>

#include "setup_tool/tool.hpp"
#include "setup_tool/trail_text.hpp"

namespace umbra {
namespace {

constexpr int kFollowMs = 1000;
constexpr std::uint64_t kAll = std::numeric_limits<std::uint64_t>::max();

// One page in memory at a time, however long the trail is.
class Trail {
 public:
  explicit Trail(Tool& tool) noexcept : tool_(tool) {}

  // At most `most` of the last `count` entries and what is behind them.
  void show_last(std::uint32_t count, std::uint64_t most) { show({tool_.user, 0, count}, most); }
  // What came since.
  void show_new() { show({tool_.user, last_, 0}, kAll); }
  // Shows nothing: what is there already is none of what came since.
  void skip_to_end() { static_cast<void>(ask({tool_.user, 0, 1}, 0)); }

 private:
  struct Page {
    std::string text;
    std::uint64_t shown = 0;
    bool more = false;
  };

  void show(wire::TrailOf message, std::uint64_t most) {
    for (bool more = true; more && most > 0; message = {tool_.user, last_, 0}) {
      const Page page = ask(message, most);
      tool_.out.write(page.text);
      most -= page.shown;
      more = page.more;
    }
  }

  // Throws where a page is not what it says it is, or would lead round in a circle.
  Page ask(const wire::TrailOf& message, std::uint64_t most) {
    wire::TrailReply reply;
    tool_.client.require(message, reply, tool_.user);
    if (message.last > 0 && reply.count > message.last) Client::throw_broken();
    if (reply.more && reply.last <= last_) Client::throw_broken();
    Reader items(reply.items);
    Page page;
    page.more = reply.more;
    for (unsigned i = 0; i < reply.count; ++i) {
      wire::TrailEntry entry;
      wire::TrailEntry::fields(items, entry);
      if (!items.ok() || entry.number <= last_ || entry.number > reply.last) Client::throw_broken();
      last_ = entry.number;
      if (page.shown == most) continue;
      ++page.shown;
      page.text += tool_.words.json ? trail_json(entry) : trail_row(entry);
    }
    if (!items.at_end()) Client::throw_broken();
    last_ = std::max(last_, reply.last);
    return page;
  }

  Tool& tool_;
  std::uint64_t last_ = 0;
};

[[noreturn]] void leave(int /*signal_number*/) { _exit(static_cast<int>(Exit::done)); }

// That is how watching ends: no failure.
void leave_on_signals() {
  for (const int signal_number : {SIGINT, SIGTERM})
    // nohup and the like: what was ignored stays ignored.
    if (std::signal(signal_number, leave) == SIG_IGN) static_cast<void>(std::signal(signal_number, SIG_IGN));
}

void show_log(Tool& tool) {
  const Words& words = tool.words;
  Trail trail(tool);
  if (words.follow) leave_on_signals();
  if (words.count == 0)
    trail.skip_to_end();
  else
    trail.show_last(words.count, words.follow ? kAll : words.count);
  if (!words.follow) return;
  while (!tool.out.reader_leaves_within(kFollowMs)) trail.show_new();
}

}  // namespace

Exit run_log(Tool& tool) {
  try {
    show_log(tool);
  } catch (const OutputFailure& failure) {
    if (!failure.reader_left()) throw;
  }
  return Exit::done;
}

}  // namespace umbra
