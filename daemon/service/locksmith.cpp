#include "daemon/service/locksmith.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "common/key_messages.hpp"

namespace umbra {

using wire::Reason;
using wire::Status;

namespace {

void value_or_throw(const tl::expected<void, StoreError>& result) {
  if (!result) throw std::runtime_error(result.error());
}

Status status_of(RingFailure::Kind kind) noexcept {
  switch (kind) {
    case RingFailure::Kind::read_only: return Status::keys_read_only;
    case RingFailure::Kind::changed: return Status::keys_changed;
    case RingFailure::Kind::failed: return Status::unavailable;
  }
  return Status::unavailable;
}

bool none_behind_first(const std::vector<std::uint64_t>& by_key) {
  return std::all_of(by_key.begin() + 1, by_key.end(), [](std::uint64_t count) { return count == 0; });
}

}  // namespace

Locksmith::Locksmith(Context& context, LmdbStore& store, LmdbTrail& trail, KeyRing& ring, std::string path,
                     const Resealer::Pace& pace)
    : context_(context),
      store_(store),
      trail_(trail),
      ring_(ring),
      path_(std::move(path)),
      resealer_(context, store, trail, pace) {}

void Locksmith::resume() {
  if (store_.sealed_by_first()) return;
  context_.log.note(LOG_NOTICE, "the key ring has a new first key: sealing all records by it");
  resealer_.start();
}

bool Locksmith::Needs::first_alone() const { return none_behind_first(records) && none_behind_first(trail); }

Locksmith::Needs Locksmith::needs() {
  context_.committer.settle();
  context_.audit.flush();
  Needs needs;
  needs.records.resize(ring_.size());
  needs.trail.resize(ring_.size());
  value_or_throw(store_.survey("", [&](std::string_view user, std::optional<std::size_t> key) {
    if (!key)
      ++needs.unreadable;
    else if (*key != 0 || !is_decoy(user))  // decoys are told only where they hold a key up
      ++needs.records[*key];
    return true;
  }));
  value_or_throw(trail_.survey(needs.trail));
  return needs;
}

void Locksmith::keys(const CallPtr& call) {
  wire::KeysOf message;
  if (!call->read(message)) return call->fail(Status::bad_request);
  const std::lock_guard lock(mutex_);
  const Needs found = needs();
  const auto infos = ring_.keys();
  std::array<std::uint8_t, wire::kMaxListItems> items;
  Writer writer(items);
  wire::KeysReply reply;
  for (std::size_t i = 0; i < infos.size(); ++i) {
    const wire::KeyEntry entry{infos[i].id, infos[i].made, found.records[i], found.trail[i]};
    Writer attempt = writer;
    wire::KeyEntry::fields(attempt, entry);
    if (!attempt.ok()) break;  // a ring of hundreds of keys is cut
    writer = attempt;
    ++reply.count;
  }
  reply.settled = store_.sealed_by_first();
  reply.unreadable = found.unreadable;
  reply.items = Bytes(items).first(writer.size());
  call->reply(reply);
}

void Locksmith::refuse(const CallPtr& call, const RingFailure& failure) {
  context_.log.note(LOG_ERR, failure.line);
  call->fail(status_of(failure.kind));
}

// In this order: the key is in the file for good; the database knows that records need it from now on; it seals.
void Locksmith::rotate(const CallPtr& call) {
  wire::Rotate message;
  if (!call->read(message)) return call->fail(Status::bad_request);
  const std::lock_guard lock(mutex_);
  wire::RotateReply reply;
  reply.resumed = !store_.sealed_by_first();
  if (!reply.resumed) {
    auto fresh = add_key(path_, ring_, context_.clock.wall());
    if (!fresh) return refuse(call, fresh.error());
    if (const auto begun = store_.begin_reseal(*fresh); !begun) {
      context_.log.note(LOG_ERR, begun.error() + "; the key ring has a new key, which the next start begins to use");
      return call->fail(Status::unavailable);
    }
    ring_.replace(std::move(*fresh));
    context_.audit.write({"key-rotate", "", kToolService, "", true, Reason::unspecified});
  }
  resealer_.start();
  const auto infos = ring_.keys();
  reply.id = infos.front().id;
  call->reply(reply);
}

void Locksmith::rotation(const CallPtr& call) {
  wire::RotationOf message;
  if (!call->read(message)) return call->fail(Status::bad_request);
  const Resealer::Progress progress = resealer_.progress();
  wire::RotationReply reply;
  reply.settled = store_.sealed_by_first();
  reply.done = progress.done;
  reply.total = progress.total;
  call->reply(reply);
}

// What nobody has counted does not go: the file loses the keys before the memory does.
void Locksmith::retire(const CallPtr& call) {
  wire::Retire message;
  if (!call->read(message)) return call->fail(Status::bad_request);
  const std::lock_guard lock(mutex_);
  wire::RetireReply reply;
  reply.retired = static_cast<std::uint16_t>(ring_.size() - 1);
  if (reply.retired > 0) {
    if (!store_.sealed_by_first() || !needs().first_alone()) return call->fail(Status::keys_needed);
    auto fresh = keep_first_key(path_, ring_);
    if (!fresh) return refuse(call, fresh.error());
    ring_.replace(std::move(*fresh));
    context_.audit.write({"key-retire", "", kToolService, "", true, Reason::unspecified});
  }
  call->reply(reply);
}

}  // namespace umbra
