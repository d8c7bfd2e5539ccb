#include "daemon/service/backup_text.hpp"
#include "tests/fuzz/fixed_ring.hpp"
#include "tests/fuzz/targets.hpp"

namespace umbra::fuzz {

// A file of lines, as restore reads it.
void backup(Bytes input) {
  using Kind = BackupReader::Kind;
  BackupReader reader;
  std::string head;
  std::uint64_t users = 0;
  for (std::string_view rest = text(input); !rest.empty();) {
    const auto end = rest.find('\n');
    if (end == rest.npos) break;
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end + 1);
    BackupReader::Line read;
    if (reader.take(line, read) != wire::Obstacle::none) return;
    if (read.kind == Kind::head) head.append(line).append("\n");
    if (read.kind == Kind::check) require(head == reader.head().text(), "a head is written as the same lines");
    if (read.kind == Kind::user) ++users;
    require(reader.users() == users && users <= reader.head().users, "records are counted, and no more than are told");
    if (read.kind != Kind::end) continue;
    require(reader.ended(), "the last line is the last one");
    require(!is_end(fixed_ring(), read.token, users + 1, reader.digest(), kNow), "nobody seals an end but the key");
    return require(rest.empty() || reader.take(rest.substr(0, rest.find('\n')), read) != wire::Obstacle::none,
                   "nothing comes behind it");
  }
}

}  // namespace umbra::fuzz
