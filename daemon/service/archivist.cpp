#include "daemon/service/archivist.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "daemon/crypto/keyring_file.hpp"
#include "daemon/crypto/sodium.hpp"

namespace umbra {

using wire::Obstacle;
using wire::Status;

namespace {

constexpr std::size_t kPage = 1000;                           // records that one request of db check looks at
constexpr std::size_t kRecords = wire::kMaxBackupPage - 512;  // bytes of a page: the last line still fits

std::uint64_t fresh_id() {
  std::uint64_t id = 0;
  sodium::random({reinterpret_cast<std::uint8_t*>(&id), sizeof id});
  return id;
}

std::uint8_t number(Obstacle obstacle) noexcept { return static_cast<std::uint8_t>(obstacle); }

}  // namespace

struct Archivist::Backup {
  Backup(LmdbStore& store, std::int64_t now) : snapshot(std::in_place, store), begun(now), seen(now) {}
  ~Backup() { wipe(page.data(), page.size()); }  // it may have keys

  const std::uint64_t id = fresh_id();
  std::optional<Snapshot> snapshot;  // none: all lines are out
  const std::int64_t begun;          // Clock::steady, as is the next
  std::int64_t seen;
  std::uint64_t page_number = 0;
  std::string page;   // the newest one; 0: the lines in front of the first record
  std::string after;  // the last user who is in a page
  std::uint64_t users = 0, unreadable = 0;
  std::vector<std::string> ring;  // ids of the keys when it began
  sodium::Digest digest;
};

struct Archivist::Run {
  Run(Context& context, LmdbStore& store, bool keep) : seen(context.clock.steady()), restore(context, store, keep) {}

  const std::uint64_t id = fresh_id();
  std::int64_t seen;  // Clock::steady
  std::uint64_t page_number = 0;
  RestoreRun restore;
  std::optional<wire::RestoreEndReply> done;
};

Archivist::Archivist(Context& context, LmdbStore& store, std::string ring_file)
    : context_(context), store_(store), ring_file_(std::move(ring_file)) {}
Archivist::~Archivist() = default;

void Archivist::audit(std::string_view event, bool accepted) {
  context_.audit.write({event, "", kToolService, "", accepted, wire::Reason::unspecified});
}

void Archivist::drop_old() {
  const std::int64_t now = context_.clock.steady();
  if (backup_ && (backup_->seen + kIdle < now || backup_->begun + kLongest < now)) backup_.reset();
  if (run_ && run_->seen + kIdle < now) run_.reset();
}

// What is being worked on is not idle.
void Archivist::sweep() {
  const std::unique_lock lock(mutex_, std::try_to_lock);
  if (lock.owns_lock()) drop_old();
}

void Archivist::backup_begin(const CallPtr& call) {
  wire::BackupBegin message;
  if (!call->read(message)) return call->fail(Status::bad_request);
  const std::lock_guard lock(mutex_);
  drop_old();
  wire::BackupBegun reply;
  if (backup_ && backup_->snapshot) {
    reply.obstacle = number(Obstacle::busy);
    return call->reply(reply);
  }
  context_.committer.settle();  // what was answered is in it
  auto backup = std::make_unique<Backup>(store_, context_.clock.steady());
  if (!begin_lines(*backup, message.with_keys)) {
    reply.obstacle = number(Obstacle::ring_unreadable);
    return call->reply(reply);
  }
  reply.id = backup->id;
  reply.users = backup->snapshot->users();
  backup_ = std::move(backup);
  call->reply(reply);
  audit(message.with_keys ? "backup-with-keys" : "backup", true);
}

bool Archivist::begin_lines(Backup& backup, bool with_keys) {
  BackupHead head;
  head.made = context_.clock.wall();
  std::ranges::copy(store_.lineage().bytes, head.lineage.begin());
  head.epoch = store_.epoch();
  for (const KeyInfo& key : context_.ring.keys()) head.ring.push_back(key.id);
  backup.ring = head.ring;
  head.users = backup.snapshot->users();
  backup.page.reserve(wire::kMaxBackupPage);  // it never grows into a second copy
  backup.page.append(head.text()).append("check ").append(seal_check(context_.ring, head.made)).append("\n");
  if (!with_keys) return true;
  bool fits = true;
  const auto shown = show_keys(ring_file_, context_.ring, [&](std::string_view key) {
    fits = fits && backup.page.size() + key.size() + 5 <= kRecords;
    if (fits) backup.page.append("key ").append(key).append("\n");
  });
  if (!shown) context_.log.note(LOG_ERR, shown.error());
  return shown && fits;
}

void Archivist::next_page(Backup& backup) {
  if (++backup.page_number > 1) {
    wipe(backup.page.data(), backup.page.size());
    backup.page.clear();
  }
  bool full = false;
  backup.snapshot->walk(backup.after, [&](std::string_view user, std::optional<std::string_view> token) {
    full = token && backup.page.size() + token->size() + 6 > kRecords;
    if (full) return false;
    backup.after = user;
    token ? ++backup.users : ++backup.unreadable;
    if (token) backup.page.append("user ").append(*token).append("\n");
    return true;
  });
  backup.digest.add(backup.page);
  if (full) return;
  backup.page += "end " + seal_end(context_.ring, backup.users, backup.digest.end(), context_.clock.wall()) + "\n";
  backup.snapshot.reset();
}

void Archivist::backup_page(const CallPtr& call) {
  wire::BackupPage message;
  if (!call->read(message)) return call->fail(Status::bad_request);
  const std::lock_guard lock(mutex_);
  drop_old();
  wire::BackupPageReply reply;
  Backup* const backup = backup_ && backup_->id == message.id ? backup_.get() : nullptr;
  const bool next = backup != nullptr && backup->snapshot && message.number == backup->page_number + 1;
  if (!next && (backup == nullptr || message.number == 0 || message.number != backup->page_number)) {
    reply.obstacle = number(Obstacle::expired);
    return call->reply(reply);
  }
  // Records of the snapshot may need a key that was retired since: they would be left out.
  if (!has_keys(context_.ring, backup->ring)) {
    backup_.reset();
    reply.obstacle = number(Obstacle::ring_changed);
    return call->reply(reply);
  }
  if (next) next_page(*backup);
  backup->seen = context_.clock.steady();
  reply.more = backup->snapshot.has_value();
  reply.users = backup->users;
  reply.unreadable = backup->unreadable;
  reply.lines = {reinterpret_cast<const std::uint8_t*>(backup->page.data()), backup->page.size()};
  call->reply(reply);
  if (!reply.more && next && backup->unreadable > 0)
    context_.log.note(LOG_WARNING,
                      std::to_string(backup->unreadable) +
                          " records do not open and are not in the backup: umbra-totp db check names them");
}

void Archivist::restore(const CallPtr& call) {
  wire::Restore message;
  if (!call->read(message)) return call->fail(Status::bad_request);
  const std::lock_guard lock(mutex_);
  drop_old();
  wire::BackupBegun reply;
  if (run_ && !run_->done) {
    reply.obstacle = number(Obstacle::busy);
    return call->reply(reply);
  }
  run_ = std::make_unique<Run>(context_, store_, message.keep_backup_codes);
  reply.id = run_->id;
  call->reply(reply);
}

// Whatever ends a restore early leaves nothing of it.
void Archivist::restore_page(const CallPtr& call) try {
  wire::RestorePage message;
  if (!call->read(message)) return call->fail(Status::bad_request);
  const std::lock_guard lock(mutex_);
  drop_old();
  wire::RestorePageReply reply;
  Run* const run = run_ && run_->id == message.id && !run_->done ? run_.get() : nullptr;
  const bool next = run != nullptr && message.number == run->page_number + 1;
  if (!next && (run == nullptr || message.number == 0 || message.number != run->page_number)) {
    reply.obstacle = number(Obstacle::expired);
    return call->reply(reply);
  }
  run->seen = context_.clock.steady();
  Obstacle obstacle = Obstacle::none;
  if (next) {
    ++run->page_number;
    obstacle = run->restore.take({reinterpret_cast<const char*>(message.lines.data()), message.lines.size()});
    run->seen = context_.clock.steady();
  }
  reply.obstacle = number(obstacle);
  reply.line = run->restore.line(obstacle);
  reply.users = run->restore.users();
  reply.total = run->restore.total();
  if (obstacle != Obstacle::none) run_.reset();
  call->reply(reply);
  if (obstacle != Obstacle::none) audit("restore", false);
} catch (...) {
  const std::lock_guard lock(mutex_);
  run_.reset();
  throw;
}

void Archivist::restore_end(const CallPtr& call) try {
  wire::RestoreEnd message;
  if (!call->read(message)) return call->fail(Status::bad_request);
  const std::lock_guard lock(mutex_);
  drop_old();
  wire::RestoreEndReply reply;
  if (!run_ || run_->id != message.id) {
    reply.obstacle = number(Obstacle::expired);
    return call->reply(reply);
  }
  if (run_->done) return call->reply(*run_->done);
  const auto outcome = run_->restore.end();
  if (outcome) {
    reply = {0, 0, outcome->users, outcome->codes_dead, outcome->gone};
    run_->done = reply;
  } else {
    reply.obstacle = number(outcome.error());
    reply.line = run_->restore.line(outcome.error());
    run_.reset();
  }
  call->reply(reply);
  audit("restore", outcome.has_value());
} catch (...) {
  const std::lock_guard lock(mutex_);
  run_.reset();
  throw;
}

void Archivist::inspect(const CallPtr& call) {
  wire::Inspect message;
  if (!call->read(message)) return call->fail(Status::bad_request);
  wire::InspectReply reply;
  std::array<std::uint8_t, wire::kMaxListItems> items;
  Writer writer(items);
  std::string last;
  const auto done =
      store_.inspect(std::string(message.after), [&](std::string_view user, std::optional<wire::Damage> damage) {
        Writer attempt = writer;
        const wire::DamagedRecord item{user, static_cast<std::uint8_t>(damage.value_or(wire::Damage{}))};
        if (damage) wire::DamagedRecord::fields(attempt, item);
        reply.more = !attempt.ok() || reply.looked_at == kPage;
        if (reply.more) return false;
        writer = attempt;
        last = user;
        ++reply.looked_at;
        if (damage) ++reply.count;
        return true;
      });
  if (!done) throw std::runtime_error(done.error());
  reply.total = store_.records();  // behind the checkpoint that inspect() made
  reply.last = last;
  reply.items = Bytes(items).first(writer.size());
  call->reply(reply);
  if (!reply.more) audit("db-check", true);
}

}  // namespace umbra
