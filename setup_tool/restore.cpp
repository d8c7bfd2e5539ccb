// restore: the records of a backup in the place of all that are there, once the daemon has looked at every one.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "common/backup_messages.hpp"
#include "common/descriptor.hpp"
#include "common/secret.hpp"
#include "setup_tool/json_text.hpp"
#include "setup_tool/obstacle_text.hpp"
#include "setup_tool/plain_text.hpp"
#include "setup_tool/progress.hpp"
#include "setup_tool/tool.hpp"

namespace umbra {
namespace {

[[noreturn]] void cannot_read(const std::string& path, const std::string& why) {
  throw Failure(Exit::bad_file, "cannot read " + printable(path) + ": " + why + "; nothing was changed");
}

// A file in pages of whole lines; a line that its end cuts comes alone, as the last page. It may hold keys: what was
// read is wiped.
class Pages {
 public:
  explicit Pages(const std::string& path)
      : path_(path), file_(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)) {
    struct stat status{};
    if (!file_ || fstat(file_.get(), &status) != 0) cannot_read(path_, std::strerror(errno));
    if (!S_ISREG(status.st_mode)) cannot_read(path_, "it is no file");
  }
  Pages(const Pages&) = delete;
  Pages& operator=(const Pages&) = delete;
  ~Pages() { wipe(buffer_.data(), buffer_.size()); }

  // Empty at the end. What it gave before is gone.
  std::string_view next() {
    std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(given_),
              buffer_.begin() + static_cast<std::ptrdiff_t>(size_), buffer_.begin());
    size_ -= given_;
    fill();
    const std::string_view all(buffer_.data(), size_);
    const auto end = all.rfind('\n');
    given_ = end == all.npos ? size_ : end + 1;
    return all.substr(0, given_);
  }

 private:
  void fill() {
    while (size_ < buffer_.size()) {
      const ssize_t got = read(file_.get(), buffer_.data() + size_, buffer_.size() - size_);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) cannot_read(path_, std::strerror(errno));
      if (got == 0) return;
      size_ += static_cast<std::size_t>(got);
    }
  }

  const std::string path_;
  const Descriptor file_;
  std::array<char, wire::kMaxBackupPage> buffer_{};
  std::size_t size_ = 0, given_ = 0;
};

void require_none(std::uint8_t obstacle, const std::string& file, std::uint64_t line) {
  if (obstacle != static_cast<std::uint8_t>(wire::Obstacle::none)) throw failure_of_obstacle(obstacle, file, line);
}

void send_pages(Tool& tool, std::uint64_t id, Pages& pages) {
  std::optional<Progress> progress;
  std::uint64_t number = 0;
  for (std::string_view page = pages.next(); !page.empty(); page = pages.next()) {
    wire::RestorePage message;
    message.id = id;
    message.number = ++number;
    message.lines = {reinterpret_cast<const std::uint8_t*>(page.data()), page.size()};
    wire::RestorePageReply reply;
    tool.client.require(message, reply, {});
    require_none(reply.obstacle, tool.words.file, reply.line);
    if (reply.total == 0) continue;
    if (!progress) progress.emplace(reply.total);
    progress->show(std::min(reply.users, reply.total));
  }
}

std::string report(const Words& words, const wire::RestoreEndReply& done) {
  if (words.json)
    return json_line({{"users", done.users}, {"backup_codes_dead", done.codes_dead}, {"gone", done.gone}});
  std::string text = std::to_string(done.users) + (done.users == 1 ? " user" : " users") + " restored from " +
                     printable(words.file) + "; codes up to now are used up: the next one of each counts\n";
  if (done.codes_dead > 0)
    text += std::to_string(done.codes_dead) +
            " of them need fresh backup codes (umbra-totp backup-codes): the old ones may have been used since\n";
  if (done.gone > 0)
    text += std::to_string(done.gone) + " users who were set up are not in it, and have no second factor any more\n";
  return text;
}

}  // namespace

Exit run_restore(Tool& tool) {
  Pages pages(tool.words.file);
  wire::Restore message;
  message.keep_backup_codes = tool.words.keep_backup_codes;
  wire::BackupBegun begun;
  tool.client.require(message, begun, {});
  require_none(begun.obstacle, tool.words.file, 0);
  const std::uint64_t id = begun.id;
  send_pages(tool, id, pages);
  wire::RestoreEndReply done;
  tool.client.require(wire::RestoreEnd{id}, done, {});
  require_none(done.obstacle, tool.words.file, done.line);
  tool.out.write(report(tool.words, done), "the restore was done");
  return Exit::done;
}

}  // namespace umbra
