#include "setup_tool/import/sender.hpp"

#include <algorithm>
#include <utility>

namespace umbra::intake {
namespace {

constexpr std::uint8_t kMostDevices = 4;  // of one user, as the daemon has it

std::uint64_t mark_of(const std::string& user) noexcept { return std::hash<std::string>()(user); }

template <class Entry>
Bytes written(const std::vector<Entry>& list, std::span<std::uint8_t> room) {
  Writer writer(room);
  for (const Entry& entry : list) Entry::fields(writer, entry);
  return Bytes(room).first(writer.size());
}

}  // namespace

// False where it does not fit any more.
bool Sender::put(const Credential& credential, bool further) {
  std::array<std::uint8_t, wire::kMaxUsedSteps * wire::UsedStep::kSize> used;
  std::array<std::uint8_t, wire::kMaxImportedCodes * wire::HashedCode::kSize> codes;
  SecretBytes<wire::kMaxImportedCodes * wire::kScratchSize> scratch;
  auto room = scratch.resize(credential.scratch.size() * wire::kScratchSize);
  for (std::size_t i = 0; i < credential.scratch.size(); ++i)
    std::ranges::copy(credential.scratch[i].view(), room.subspan(i * wire::kScratchSize).begin());

  wire::ImportItem item;
  item.user = credential.user;
  item.secret = credential.secret.view();
  item.algorithm = static_cast<std::uint8_t>(credential.algorithm);
  item.digits = credential.digits;
  item.period = credential.period;
  item.window = credential.window;
  item.enabled = credential.enabled;
  item.enforced = credential.enforced;
  item.further = further;
  item.used = written(credential.used, used);
  item.hashed_codes = written(credential.hashed_codes, codes);
  item.scratch = {reinterpret_cast<const char*>(scratch.view().data()), scratch.size()};
  item.codes_made_at = credential.codes_made_at;
  Writer writer(std::span<std::uint8_t>(items_).subspan(size_));
  wire::ImportItem::fields(writer, std::as_const(item));
  size_ += writer.size();
  return writer.ok();
}

void Sender::add(const Place& place, const Credential& credential) {
  const std::uint64_t mark = mark_of(credential.user);
  std::uint8_t& count = seen_[mark];
  const bool further = count > 0;
  if (count == (wish_.devices ? kMostDevices : 1)) return told_(place, credential.user, wire::ImportOutcome::too_many);
  ++count;
  // What becomes of the first must be known: beside a factor that the user had before, nothing is added.
  if (further && std::ranges::any_of(waiting_, [&](const Waiting& one) { return one.mark == mark; })) flush();
  if (further && refused_.contains(mark)) return told_(place, credential.user, wire::ImportOutcome::exists);
  if (waiting_.size() == wire::kMaxImportItems) flush();
  if (!put(credential, further)) {
    flush();
    if (!put(credential, further)) return told_(place, credential.user, wire::ImportOutcome::malformed);
  }
  waiting_.push_back({place, credential.user, mark});
}

void Sender::flush() {
  if (waiting_.empty()) return;
  wire::Import message;
  message.dry_run = wish_.dry_run;
  message.replace = wish_.replace;
  message.count = static_cast<std::uint16_t>(waiting_.size());
  message.items = Bytes(items_).first(size_);
  wire::ImportReply reply;
  client_.require(message, reply, {});
  wipe(items_.data(), size_);
  size_ = 0;
  if (reply.outcomes.size() != waiting_.size()) Client::throw_broken();
  const std::vector<std::uint8_t> outcomes(reply.outcomes.begin(), reply.outcomes.end());
  const std::vector<Waiting> told = std::move(waiting_);
  waiting_.clear();
  for (std::size_t i = 0; i < told.size(); ++i) {
    if (outcomes[i] == 0 || outcomes[i] > static_cast<std::uint8_t>(wire::ImportOutcome::unavailable))
      Client::throw_broken();
    const auto outcome = static_cast<wire::ImportOutcome>(outcomes[i]);
    if (outcome != wire::ImportOutcome::imported) refused_.insert(told[i].mark);
    told_(told[i].place, told[i].user, outcome);
  }
}

}  // namespace umbra::intake
