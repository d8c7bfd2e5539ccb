// Challenges, twice: the input as a token's text, and the input as what is under the seal.
#include "daemon/service/challenge.hpp"

#include <string>

#include "tests/fuzz/fixed_ring.hpp"

namespace umbra::fuzz {
namespace {

void open(std::string_view token, Challenge::Kind kind) {
  const auto challenge = open_challenge(fixed_ring(), token, {kind}, 0, kNow);
  if (!challenge) return;
  require(challenge->peer_uid == 0 && challenge->kind == kind, "a challenge is its peer's and of its kind");
  const std::string again = seal_challenge(fixed_ring(), *challenge, kNow);
  require(again.size() <= wire::kMaxToken, "a challenge fits into its field");
  const auto same = open_challenge(fixed_ring(), again, {kind}, 0, kNow);
  require(same && same->user == challenge->user && same->id == challenge->id && same->decoy == challenge->decoy,
          "a challenge comes back as it was");
}

}  // namespace

void challenge(Bytes input) {
  open(text(input), Challenge::Kind::issued);
  if (input.size() > fernet::kMaxPlain) return;
  const std::string sealed = fixed_ring().seal(input, kNow);
  open(sealed, Challenge::Kind::issued);
  open(sealed, Challenge::Kind::verified);
  open(sealed, Challenge::Kind::enrolling);
}

}  // namespace umbra::fuzz
