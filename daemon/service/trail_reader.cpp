#include "daemon/service/trail_reader.hpp"

#include "daemon/service/accounts.hpp"

namespace umbra {

using wire::Status;

namespace {

wire::Factor factor_of(SecondFactor factor) noexcept {
  switch (factor) {
    case SecondFactor::required: return wire::Factor::required;
    case SecondFactor::optional: return wire::Factor::optional;
    case SecondFactor::exempt: return wire::Factor::exempt;
    case SecondFactor::enrol: return wire::Factor::enrol;
  }
  return wire::Factor::required;
}

void value_or_throw(const tl::expected<void, StoreError>& result) {
  if (!result) throw std::runtime_error(result.error());
}

}  // namespace

std::uint64_t TrailReader::start_of(std::string_view user, std::uint32_t last) {
  std::uint64_t start = 0;
  value_or_throw(trail_.read_back([&](const wire::TrailEntry& entry) {
    if (!user.empty() && entry.user != user) return true;
    start = entry.number - 1;
    return --last > 0;
  }));
  return start;
}

void TrailReader::page(const CallPtr& call) {
  wire::TrailOf message;
  if (!call->read(message)) return call->fail(Status::bad_request);
  // Who was answered finds it here: the committer answers first, and writes to the trail behind it.
  context_.committer.settle();
  context_.audit.flush();
  std::array<std::uint8_t, wire::kMaxTrailItems> items;
  Writer writer(items);
  wire::TrailReply reply;
  reply.last = message.last > 0 ? start_of(message.user, message.last) : message.after;
  value_or_throw(trail_.read(reply.last, [&](const wire::TrailEntry& entry) {
    // What was written since it was counted comes with the next question.
    if (message.last > 0 && reply.count == message.last) return false;
    if (message.user.empty() || entry.user == message.user) {
      Writer attempt = writer;
      wire::TrailEntry::fields(attempt, entry);
      if (!attempt.ok()) {
        reply.more = true;
        return false;
      }
      writer = attempt;
      ++reply.count;
    }
    reply.last = entry.number;
    return true;
  }));
  reply.items = Bytes(items).first(writer.size());
  call->reply(reply);
}

void TrailReader::explain(const CallPtr& call) {
  wire::Explain message;
  if (!call->read(message)) return call->fail(Status::bad_request);
  const auto account = require_account(context_.names, *call, message.user);
  if (!account) return;
  const auto record = context_.store.read(account->name);
  if (!record) return call->fail(Status::unavailable);
  const auto config = context_.settings.get();
  const std::int64_t now = context_.clock.steady();
  const auto groups = context_.names.groups_of(*account);
  const Rule* rule = config->policy.rule_for({account->name, message.service, message.source, &groups});

  wire::ExplainReply reply;
  reply.user = account->name;
  if (rule != nullptr) {
    reply.rule = static_cast<std::uint16_t>(rule - config->policy.rules.data() + 1);
    reply.line = rule->line;
  }
  reply.factor = static_cast<std::uint8_t>(factor_of(rule == nullptr ? SecondFactor::optional : rule->second_factor));
  if (*record && (*record)->uid == account->uid) {
    LockoutState lockout = (*record)->lockout;
    lockout::settle(lockout, config->lockout, now);
    reply.enabled = (*record)->active.has_value();
    reply.enforced = (*record)->enforced;
    reply.locked = lockout::gate(lockout, config->lockout, account->uid == 0) != Gate::open;
  }
  reply.source_locked = !context_.sources.open(Source::of(message.source, {}), config->source, now);
  call->reply(reply);
}

}  // namespace umbra
