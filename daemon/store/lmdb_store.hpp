// Records, each sealed by the key ring: first durable in the journal, then in an LMDB environment; ruled by
// ARCHITECTURE.md, "On disk", "Journal" and "Backup and restore".
#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <unordered_set>

#include "common/backup_messages.hpp"
#include "daemon/crypto/keyring.hpp"
#include "daemon/rules/epoch.hpp"
#include "daemon/store/epoch_file.hpp"
#include "daemon/store/journal.hpp"
#include "daemon/store/lmdb.hpp"
#include "daemon/store/overlay.hpp"
#include "daemon/store/state_directory.hpp"
#include "daemon/store/store.hpp"
#include "daemon/system/clock.hpp"

namespace umbra {

class LmdbStore final : public Store {
 public:
  static constexpr std::size_t kMapSize = std::size_t{64} << 30;  // address space, not memory or disk

  // Opens or creates environment and journal, and brings LMDB up to date with the journal; the key ring is given later,
  // since an empty database may get a new one. Throws std::runtime_error with one line.
  explicit LmdbStore(const StateDirectory& directory);
  LmdbStore(const LmdbStore&) = delete;
  LmdbStore& operator=(const LmdbStore&) = delete;
  ~LmdbStore() override;  // leaves nothing in the journal alone, as far as the disk lets it

  [[nodiscard]] bool empty();  // no user has a record
  [[nodiscard]] const lmdb::Environment& environment() const noexcept { return env_; }
  // Takes the ring and proves it against the check values in the database. The error is one line that says what to do.
  tl::expected<void, StoreError> unlock(std::shared_ptr<const KeyRing> ring, const Clock& clock);
  // False from begin_reseal(), or the start with a ring that has another first key, to end_reseal().
  [[nodiscard]] bool sealed_by_first() const noexcept { return sealed_by_first_; }
  // `next`: what the ring is going to be, once this returned.
  tl::expected<void, StoreError> begin_reseal(const KeyRing& next);
  // All that is stored was seen to be sealed by the first key.
  tl::expected<void, StoreError> end_reseal();
  // Users, and decoys, in name order after `after`, until `each` returns false; `key`: of the ring, counted from the
  // first, or nothing where no key opens the record, or not as that user's.
  using Survey = std::function<bool(std::string_view user, std::optional<std::size_t> key)>;
  tl::expected<void, StoreError> survey(const std::string& after, const Survey& each);
  [[nodiscard]] std::size_t records();  // in LMDB, with the decoys; throws lmdb::Error

  [[nodiscard]] Epoch epoch() const;
  [[nodiscard]] const JournalId& lineage() const noexcept { return lineage_; }
  // Holds the database against the file `epoch` beside it, behind unlock(). Where it is older, records of before are
  // brought up to date from now on, and the result is the line that says so. `window`: steps as they are configured.
  tl::expected<std::optional<std::string>, StoreError> guard(const StateDirectory& directory, unsigned window);
  // Records behind the name `after`, decoys too, until `each` returns false; nothing: the record is sound.
  using Inspection = std::function<bool(std::string_view user, std::optional<wire::Damage> damage)>;
  tl::expected<void, StoreError> inspect(const std::string& after, const Inspection& each);

  // `wake` is called once whenever the journal has become half full: then it is time for a checkpoint, by another
  // thread than apply()'s, which would have to wait for it.
  void on_half_full(std::function<void()> wake) { on_half_full_ = std::move(wake); }

  // On return LMDB itself has all that apply() had written before the call.
  tl::expected<void, StoreError> checkpoint();

  tl::expected<std::optional<Record>, StoreError> read(const std::string& user) override;
  tl::expected<void, StoreError> apply(std::span<Change> batch) override;
  tl::expected<void, StoreError> walk(const std::string& after,
                                      const std::function<bool(std::string_view, const Record*)>& each) override;

 private:
  friend class Restoration;
  friend class Snapshot;

  void put(const lmdb::Transaction& txn, const std::string& user, std::string_view token);
  // Which of the two databases has the records, as of this transaction.
  [[nodiscard]] unsigned active_in(const lmdb::Transaction& txn) const;
  [[nodiscard]] const lmdb::Database& users_in(const lmdb::Transaction& txn) const { return *users_[active_in(txn)]; }
  void make_active(const lmdb::Transaction& txn, unsigned database) const;
  void put_mark(const lmdb::Transaction& txn, const JournalMark& mark) const;
  void read_epoch(const lmdb::Transaction& txn);
  void write_epoch(const lmdb::Transaction& txn, const Epoch& epoch) const;
  void set_epoch(const Epoch& epoch);
  void raise_epoch(unsigned window, std::uint64_t above);
  void mark_epoch();  // under checkpoint_

  [[nodiscard]] std::optional<std::string> token_of(const std::string& user);
  tl::expected<std::optional<Record>, StoreError> open(std::string_view token, std::string_view user);
  [[nodiscard]] std::string seal(const std::string& user, const Record& record);
  void run(Tokens& staged, Change& change);
  tl::expected<bool, StoreError> append(std::span<Change> batch);  // false: the journal has no room for it
  tl::expected<bool, StoreError> freeze();                         // false: there is nothing to freeze
  tl::expected<void, StoreError> bring_over();                     // a checkpoint, under checkpoint_
  void write_frozen();                                             // throws lmdb::Error
  void create_decoys(const lmdb::Transaction& txn, const lmdb::Database& users);

  lmdb::Environment env_;
  // One has the records; the other is empty, or what a restore puts aside.
  std::array<std::optional<lmdb::Database>, 2> users_;
  std::optional<lmdb::Database> meta_;
  std::mutex checkpoint_, append_;  // whoever wants both takes them in this order
  JournalMark mark_;                // guarded by checkpoint_, as is the number of the newest frozen batch
  std::uint64_t frozen_last_ = 0;
  std::optional<Journal> journal_;  // guarded by append_, as is whether a checkpoint was asked for
  bool asked_ = false;
  std::unordered_set<std::string>* changed_ = nullptr;  // guarded by append_: users whom apply() changed, for a restore
  Overlay overlay_;
  std::function<void()> on_half_full_;
  std::shared_ptr<const KeyRing> ring_;
  const Clock* clock_ = nullptr;
  std::atomic<bool> sealed_by_first_ = false;
  JournalId lineage_;
  mutable std::mutex epoch_mutex_;
  Epoch epoch_;                          // guarded by epoch_mutex_
  std::optional<EpochFile> epoch_file_;  // guarded by checkpoint_
};

}  // namespace umbra
