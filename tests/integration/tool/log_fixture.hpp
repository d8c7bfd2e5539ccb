// A scripted daemon with an audit trail.
#pragma once

#include <atomic>
#include <sstream>

#include "tests/integration/tool/fixture.hpp"

namespace umbra::test {

inline std::string asked(const wire::TrailOf& message) {
  return std::string(message.user) + "|" + std::to_string(message.after) + "|" + std::to_string(message.last);
}

inline wire::TrailEntry entry_of(std::uint64_t number) {
  wire::TrailEntry entry;
  entry.number = number;
  entry.time = 1'000'000'000 + static_cast<std::int64_t>(number);
  entry.accepted = true;
  entry.event = "verify";
  entry.user = "alice";
  entry.service = "sshd";
  return entry;
}

// Entries 1 to `size`, all alice's, in pages of `page`.
class Log : public ToolTest {
 protected:
  void have(std::uint64_t size, std::uint64_t page) {
    size_ = size;
    daemon.answer<wire::TrailOf>([this, page](const wire::TrailOf& message) {
      answers.push_back(asked(message));
      const std::uint64_t from =
          message.last > 0 ? size_ - std::min<std::uint64_t>(message.last, size_) : message.after;
      return page_of(from, std::min(from + page, size_.load()), size_);
    });
  }
  // A signal may end the tool with a request under way: the daemon is done with that once it answers the next tool.
  void settle() { expect_exit(run({"log"}), Exit::done); }
  // Behind `from`, up to `to`.
  wire::TrailReply page_of(std::uint64_t from, std::uint64_t to, std::uint64_t end) {
    items_.resize(wire::kMaxTrailItems);
    Writer writer(items_);
    wire::TrailReply reply;
    for (std::uint64_t number = from + 1; number <= to; ++number, ++reply.count) {
      const wire::TrailEntry entry = entry_of(number);
      wire::TrailEntry::fields(writer, entry);
    }
    reply.items = Bytes(items_.data(), writer.size());
    reply.last = to;
    reply.more = to < end;
    return reply;
  }
  static std::vector<std::uint64_t> numbers(const std::string& lines) {
    std::istringstream in(lines);
    std::vector<std::uint64_t> found;
    for (std::string line; std::getline(in, line);) found.push_back(nlohmann::json::parse(line)["number"]);
    return found;
  }

  std::atomic<std::uint64_t> size_ = 0;

 private:
  std::vector<std::uint8_t> items_;
};

}  // namespace umbra::test
