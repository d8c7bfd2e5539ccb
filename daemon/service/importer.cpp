#include "daemon/service/importer.hpp"

#include "daemon/crypto/argon2.hpp"
#include "daemon/crypto/sodium.hpp"
#include "daemon/service/accounts.hpp"
#include "daemon/service/import_item.hpp"

namespace umbra {

using wire::ImportOutcome;
using wire::Status;

// One packet's items on their way. What has an outcome already is not looked at any further.
struct Importer::Batch {
  struct Item {
    std::string user;  // as it was asked for
    ImportWish wish;
    std::optional<ImportOutcome> outcome;
  };
  CallPtr call;
  bool dry_run = false, replace = false;
  std::int64_t now = 0;  // unix seconds
  std::vector<Item> items;
  std::size_t left = 0;  // of what was handed to the committer, on whose thread it counts down

  bool read(const wire::Import& message);
  [[nodiscard]] std::size_t scratch() const;
};

bool Importer::Batch::read(const wire::Import& message) {
  dry_run = message.dry_run;
  replace = message.replace;
  if (message.count == 0 || message.count > wire::kMaxImportItems) return false;
  Reader reader(message.items);
  for (unsigned i = 0; i < message.count && reader.ok(); ++i) {
    wire::ImportItem item;
    wire::ImportItem::fields(reader, item);
    auto wish = wish_of(item);
    Item& one = items.emplace_back();
    one.user = item.user;
    if (wish)
      one.wish = std::move(*wish);
    else
      one.outcome = ImportOutcome::malformed;
  }
  return reader.ok() && reader.at_end() && scratch() <= kMaxBackupCodes;
}

// Each costs 20 ms: one user's at a time, so that the caller does not wait for minutes.
std::size_t Importer::Batch::scratch() const {
  std::size_t count = 0;
  for (const Item& item : items) count += item.wish.scratch.size();
  return count;
}

// False where the name services could not say. A name that names somebody in another spelling is refused: the file's
// lines for one user could not be told apart from another's.
bool Importer::look_up(Batch& batch) {
  for (Batch::Item& item : batch.items) {
    if (item.outcome) continue;
    const Subject subject = find_subject(context_.names, batch.call->peer(), item.user);
    if (subject.kind == Subject::Kind::unavailable) return false;
    if (subject.kind != Subject::Kind::known)
      item.outcome = ImportOutcome::no_such_user;
    else if (subject.account.name != item.user)
      item.outcome = ImportOutcome::other_name;
    item.wish.account = subject.account;
    sodium::random(item.wish.codes.salt);  // of what is hashed later: these codes have their own
  }
  return true;
}

// The same decision on a copy of what is there. Of a further device only whether it can be kept: the first is not there
// yet. False where a record could not be read.
bool Importer::rehearse(Batch& batch) {
  for (Batch::Item& item : batch.items) {
    if (item.outcome) continue;
    auto record = context_.store.read(item.wish.account.name);
    if (!record) return false;
    if (item.wish.further) record->reset();
    item.wish.further = false;
    item.outcome = take_import(*record, item.wish, batch.replace, batch.now);
  }
  return true;
}

void Importer::import_users(const CallPtr& call) {
  wire::Import message;
  const auto batch = std::make_shared<Batch>();
  batch->call = call;
  batch->now = context_.clock.wall();
  if (!call->read(message) || !batch->read(message)) return call->fail(Status::bad_request);
  if (!look_up(*batch)) return call->fail(Status::unavailable);
  if (batch->dry_run) return rehearse(*batch) ? answer(*batch) : call->fail(Status::unavailable);
  if (batch->scratch() == 0) return store(batch);
  if (!context_.enrolment.post([this, batch] { hash(batch); })) call->fail(Status::unavailable);
}

// Under the salt of the codes that are there: so a used one is known again in an older file.
void Importer::hash(const BatchPtr& batch) {
  for (Batch::Item& item : batch->items) {
    if (item.outcome || item.wish.scratch.empty()) continue;
    const auto record = context_.store.read(item.wish.account.name);
    if (!record) return batch->call->fail(Status::unavailable);
    BackupSet& codes = item.wish.codes;
    if (*record && !(*record)->backup.codes.empty()) codes.salt = (*record)->backup.salt;
    for (const auto& scratch : item.wish.scratch) {
      const std::string_view text(reinterpret_cast<const char*>(scratch.view().data()), scratch.size());
      if (!argon2::id(text, codes.salt, codes.codes.emplace_back().hash)) return batch->call->fail(Status::unavailable);
    }
  }
  store(batch);
}

void Importer::store(const BatchPtr& batch) {
  for (const Batch::Item& item : batch->items) batch->left += item.outcome ? 0U : 1U;
  if (batch->left == 0) return answer(*batch);
  for (std::size_t i = 0; i < batch->items.size(); ++i) {
    if (batch->items[i].outcome) continue;
    auto mutate = [batch, i](std::optional<Record>& record, ImportOutcome& outcome) {
      outcome = take_import(record, batch->items[i].wish, batch->replace, batch->now);
      return outcome == ImportOutcome::imported;
    };
    context_.committer.update<ImportOutcome>(
        batch->items[i].wish.account.name, std::move(mutate), [this, batch, i](const ImportOutcome* durable) {
          batch->items[i].outcome = durable != nullptr ? *durable : ImportOutcome::unavailable;
          if (--batch->left == 0) answer(*batch);
        });
  }
}

void Importer::answer(const Batch& batch) {
  std::uint8_t outcomes[wire::kMaxImportItems];
  for (std::size_t i = 0; i < batch.items.size(); ++i) outcomes[i] = static_cast<std::uint8_t>(*batch.items[i].outcome);
  batch.call->reply(wire::ImportReply{Bytes(outcomes, batch.items.size())});
  if (batch.dry_run) return;
  for (const Batch::Item& item : batch.items)
    if (item.outcome == ImportOutcome::imported)
      context_.audit.write({"import", item.wish.account.name, kToolService, "", true, wire::Reason::unspecified});
}

}  // namespace umbra
