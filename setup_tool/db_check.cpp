// db check: has the daemon open every record, and names those that do not.
#include <algorithm>

#include "common/backup_messages.hpp"
#include "setup_tool/json_text.hpp"
#include "setup_tool/plain_text.hpp"
#include "setup_tool/progress.hpp"
#include "setup_tool/tool.hpp"

namespace umbra {
namespace {

struct Told {
  std::string_view word, line;
};

Told told(std::uint8_t damage) {
  if (damage < 1 || damage > static_cast<std::uint8_t>(wire::Damage::foreign)) Client::throw_broken();
  switch (static_cast<wire::Damage>(damage)) {
    case wire::Damage::unsealed:
      return {"unsealed", "does not open with the key ring: it was changed, or its key is gone"};
    case wire::Damage::malformed: return {"malformed", "opens, and is no record of a version that umbra-totpd knows"};
    case wire::Damage::foreign: return {"foreign", "is the record of another name"};
  }
  Client::throw_broken();
}

// Records that stand in for unknown users have names that no user has.
std::string shown(std::string_view user) {
  return user.starts_with('\0') ? "(stand-in for unknown users: " + printable(user.substr(1)) + ")" : printable(user);
}

std::string row(const Words& words, const wire::DamagedRecord& record) {
  const Told what = told(record.damage);
  if (words.json) return json_line({{"user", shown(record.user)}, {"damage", std::string(what.word)}});
  return shown(record.user) + ": " + std::string(what.line) + "\n";
}

std::string rows(const Tool& tool, const wire::InspectReply& reply) {
  Reader items(reply.items);
  std::string text;
  for (unsigned i = 0; i < reply.count; ++i) {
    wire::DamagedRecord record;
    wire::DamagedRecord::fields(items, record);
    if (!items.ok()) Client::throw_broken();
    text += row(tool.words, record);
  }
  if (!items.at_end()) Client::throw_broken();
  return text;
}

std::string summary(const Words& words, std::uint64_t looked_at, std::uint64_t damaged) {
  if (words.json) return json_line({{"records", looked_at}, {"damaged", damaged}});
  if (damaged == 0) return std::to_string(looked_at) + " records, all sound\n";
  return std::to_string(damaged) + " of " + std::to_string(looked_at) +
         " records are damaged: restore a backup, or remove them and have their users enrol anew\n";
}

}  // namespace

Exit run_db_check(Tool& tool) {
  std::optional<Progress> progress;
  std::string last;
  std::uint64_t looked_at = 0, damaged = 0;
  for (bool more = true; more;) {
    wire::InspectReply reply;
    tool.client.require(wire::Inspect{last}, reply, {});
    more = reply.more;
    if (more && (reply.last <= last || reply.looked_at == 0)) Client::throw_broken();
    last = reply.last;
    looked_at += reply.looked_at;
    damaged += reply.count;
    if (!progress && reply.total > 0) progress.emplace(reply.total);
    if (progress && reply.count > 0) progress->hide();
    tool.out.write(rows(tool, reply));
    if (progress && more) progress->show(std::min(looked_at, reply.total));
  }
  progress.reset();
  tool.out.write(summary(tool.words, looked_at, damaged));
  return damaged == 0 ? Exit::done : Exit::refused;
}

}  // namespace umbra
