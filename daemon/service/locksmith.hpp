// The key ring for administrators: what each key seals, a new first key, old keys gone; ruled by ARCHITECTURE.md,
// "Keys".
#pragma once

#include <mutex>
#include <string>

#include "daemon/crypto/keyring_file.hpp"
#include "daemon/service/call.hpp"
#include "daemon/service/resealer.hpp"

namespace umbra {

class Locksmith {
 public:
  // `ring`: the one that store, trail and context read; `path`: its file.
  Locksmith(Context& context, LmdbStore& store, LmdbTrail& trail, KeyRing& ring, std::string path,
            const Resealer::Pace& pace = {});

  // Goes on with what an earlier daemon did not end.
  void resume();
  // Ends the sealing anew; the next start goes on.
  void stop() { resealer_.stop(); }

  // All on the lookup lane: they wait for the disk.
  void keys(const CallPtr& call);
  void rotate(const CallPtr& call);
  void rotation(const CallPtr& call);
  void retire(const CallPtr& call);

 private:
  struct Needs {
    std::vector<std::uint64_t> records, trail;  // by key
    std::uint64_t unreadable = 0;
    [[nodiscard]] bool first_alone() const;
  };
  Needs needs();
  void refuse(const CallPtr& call, const RingFailure& failure);

  Context& context_;
  LmdbStore& store_;
  LmdbTrail& trail_;
  KeyRing& ring_;
  const std::string path_;
  std::mutex mutex_;  // one looks or changes at a time: keys are counted by their place in the ring
  Resealer resealer_;
};

}  // namespace umbra
