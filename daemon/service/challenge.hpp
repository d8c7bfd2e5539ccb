// The token that carries a login from begin to verify to complete, so that the daemon may restart between them;
// ruled by ARCHITECTURE.md, "Challenges". Pure but for the key ring it is given.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "common/protocol.hpp"
#include "daemon/crypto/keyring.hpp"
#include "daemon/rules/source.hpp"

namespace umbra {

inline constexpr std::int64_t kChallengeTtl = 300;  // seconds

struct Challenge {
  enum class Kind : std::uint8_t { issued = 1, verified = 2, enrolling = 3 };

  Kind kind = Kind::issued;
  bool decoy = false;  // nobody can be accepted on it
  std::string user, service;
  Source source;
  std::uint32_t uid = 0, generation = 0, peer_uid = 0;
  wire::RequestId id;
  std::uint64_t charged = 0;  // verified: failures charged when the code was accepted
};

// A Fernet token of at most wire::kMaxToken characters; it looks and weighs the same for a decoy.
std::string seal_challenge(const KeyRing& ring, const Challenge& challenge, std::int64_t now);
// Nothing where it is not ours, older than kChallengeTtl, of none of these kinds or for another peer.
std::optional<Challenge> open_challenge(const KeyRing& ring, std::string_view token,
                                        std::initializer_list<Challenge::Kind> kinds, std::uint32_t peer_uid,
                                        std::int64_t now);

}  // namespace umbra
