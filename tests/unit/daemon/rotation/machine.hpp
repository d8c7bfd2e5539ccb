// A daemon's inside over a folder with records and key ring, which can be copied at any step: what a kill leaves.
#pragma once

#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "daemon/crypto/keyring_file.hpp"
#include "daemon/service/locksmith.hpp"
#include "tests/support/fake_names.hpp"
#include "tests/support/fake_passwords.hpp"
#include "tests/support/storage.hpp"
#include "tests/support/world.hpp"

namespace umbra::test {

// No longer rests than a test can wait for.
inline Resealer::Pace quick() { return {32, 0, std::chrono::milliseconds(0), std::chrono::milliseconds(1)}; }

inline std::shared_ptr<KeyRing> load(const std::string& path) {
  bool missing = false;
  auto ring = load_keyring(path, missing);
  if (!ring) throw std::runtime_error(ring.error());
  return std::make_shared<KeyRing>(std::move(*ring));
}

inline std::string user_name(unsigned n) { return "user" + std::to_string(n); }

class Machine {
 public:
  // The daemon starts in `folder`; throws where it would refuse.
  explicit Machine(std::string folder, const Resealer::Pace& pace = quick())
      : folder_(std::move(folder)), directory_(folder_ + "/state"), store_(directory_), ring_(load(ring_file())) {
    if (const auto unlocked = store_.unlock(ring_, clock_); !unlocked) throw std::runtime_error(unlocked.error());
    const auto guarded = store_.guard(directory_, 1);
    if (!guarded) throw std::runtime_error(guarded.error());
    if (*guarded) throw std::runtime_error("it takes itself for an older one: " + **guarded);
    trail_.emplace(store_.environment(), ring_, clock_);
    audit_.emplace(log_, *trail_, clock_);
    context_.emplace(Context{store_, committer_, *ring_, clock_, names_, log_, settings_, *audit_, sources_, passwords_,
                             lane_, lane_, lane_});
    locksmith_.emplace(*context_, store_, *trail_, *ring_, ring_file(), pace);
  }
  ~Machine() {
    locksmith_->stop();
    lane_.finish();
    committer_.finish();
  }
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  void enrol(unsigned users, unsigned from = 0) {
    for (unsigned first = from; first < from + users; first += 200) {
      std::vector<Change> batch;
      for (unsigned n = first; n < from + users && n < first + 200; ++n)
        batch.push_back({user_name(n),
                         [n](std::optional<Record>& record) {
                           record = enrolled(user_name(n), 1000 + n);
                           return true;
                         },
                         std::nullopt});
      if (const auto done = store_.apply(batch); !done) throw std::runtime_error(done.error());
    }
  }

  // Each user's right code is accepted, and burnt; how many were not. `step`: of time, another one each time.
  unsigned refused(unsigned users, int step) {
    unsigned refused = 0;
    const std::int64_t wall = kNow + 30 * step;
    const std::string code = code_text(credential(), wall);
    for (unsigned first = 0; first < users; first += 200) {
      std::vector<Change> batch;
      for (unsigned n = first; n < users && n < first + 200; ++n)
        batch.push_back({user_name(n),
                         [&refused, n, wall, code, step](std::optional<Record>& record) {
                           if (!record || !record->active) return ++refused, false;
                           const auto decision = verify_and_burn(
                               *record, *record->active, record->window,
                               attempt(code, wall, static_cast<std::uint64_t>(step) * 1'000'000 + n), Rules{});
                           refused += decision.verdict == Verdict::accepted ? 0 : 1;
                           return true;
                         },
                         std::nullopt});
      if (const auto done = store_.apply(batch); !done) throw std::runtime_error(done.error());
      for (const Change& change : batch)
        if (change.error) ++refused;
    }
    return refused;
  }

  template <class Reply, class Message>
  Answered<Reply> ask(const Message& message, void (Locksmith::*handle)(const CallPtr&)) {
    std::array<std::uint8_t, wire::kMaxPacket> buffer{};
    const std::size_t size = wire::encode_request(message, request_id(1), buffer);
    wire::RequestHeader header;
    wire::decode_header(Bytes(buffer).first(size), header);
    Answered<Reply> answered;
    ((*locksmith_).*handle)(std::make_shared<Call>(kRoot, Bytes(buffer).first(size), header, [&](Bytes bytes, bool) {
      answered.packet = std::make_shared<const std::vector<std::uint8_t>>(bytes.begin(), bytes.end());
    }));
    if (!wire::decode_reply(Bytes(*answered.packet), Message::kOp, request_id(1), answered.status, answered.reply))
      throw std::runtime_error("a reply that is none");
    return answered;
  }
  auto keys() { return ask<wire::KeysReply>(wire::KeysOf{}, &Locksmith::keys); }
  auto rotate() { return ask<wire::RotateReply>(wire::Rotate{}, &Locksmith::rotate); }
  auto rotation() { return ask<wire::RotationReply>(wire::RotationOf{}, &Locksmith::rotation); }
  auto retire() { return ask<wire::RetireReply>(wire::Retire{}, &Locksmith::retire); }

  // False where the sealing does not end within ten seconds.
  bool settled() {
    for (int i = 0; i < 120'000; ++i, std::this_thread::sleep_for(std::chrono::milliseconds(1)))
      if (rotation().reply.settled) return true;
    return false;
  }

  [[nodiscard]] Locksmith& locksmith() { return *locksmith_; }
  [[nodiscard]] LmdbStore& store() { return store_; }
  [[nodiscard]] LmdbTrail& trail() { return *trail_; }
  [[nodiscard]] Audit& audit() { return *audit_; }
  [[nodiscard]] KeyRing& ring() { return *ring_; }
  [[nodiscard]] std::string ring_file() const { return folder_ + "/keyring"; }

 private:
  const std::string folder_;
  FakeClock clock_{kNow};
  FakeNames names_;
  FakePasswords passwords_;
  Log log_;
  Settings settings_{Config{}};
  Sources sources_;
  StateDirectory directory_;
  LmdbStore store_;
  std::shared_ptr<KeyRing> ring_;
  Committer committer_{store_, [](const StoreError&) {}};
  Lane lane_{1, 16, [](const std::string&) {}};
  std::optional<LmdbTrail> trail_;
  std::optional<Audit> audit_;
  std::optional<Context> context_;
  std::optional<Locksmith> locksmith_;
};

// A folder with the ring of one key.
inline void prepare(const std::string& folder) {
  std::filesystem::create_directories(folder);
  std::ofstream(folder + "/keyring") << kRingText;
}

}  // namespace umbra::test
