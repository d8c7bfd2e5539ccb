#include "daemon/service/challenge.hpp"

#include <algorithm>

#include "common/secret.hpp"

namespace umbra {
namespace {

constexpr std::size_t kMaxPlain = 687;  // as much as a token of wire::kMaxToken characters holds
static_assert(fernet::token_size(kMaxPlain) <= wire::kMaxToken);
constexpr std::uint8_t kMagic = 0xC1;  // no record starts with it: one can never pass for the other

struct Fields {
  std::uint8_t magic = kMagic, kind = 0, source_kind = 0;
  bool decoy = false;
  std::string_view user, service, source;
};

void walk(auto& c, auto& f, auto& challenge) {
  c.field(f.magic);
  c.field(f.kind);
  c.field(f.decoy);
  c.field(f.source_kind);
  c.field(f.user, wire::kMaxUser);
  c.field(f.service, wire::kMaxService);
  c.field(f.source, wire::kMaxRhost);
  c.field(challenge.uid);
  c.field(challenge.generation);
  c.field(challenge.peer_uid);
  c.field(challenge.id.bytes);
  c.field(challenge.charged);
}

}  // namespace

std::string seal_challenge(const KeyRing& ring, const Challenge& challenge, std::int64_t now) {
  std::uint8_t plain[kMaxPlain];
  Writer w(plain);
  const Fields fields{kMagic,
                      static_cast<std::uint8_t>(challenge.kind),
                      static_cast<std::uint8_t>(challenge.source.kind),
                      challenge.decoy,
                      challenge.user,
                      challenge.service,
                      challenge.source.text};
  walk(w, fields, challenge);
  return ring.seal(Bytes(plain, w.size()), now);
}

std::optional<Challenge> open_challenge(const KeyRing& ring, std::string_view token,
                                        std::initializer_list<Challenge::Kind> kinds, std::uint32_t peer_uid,
                                        std::int64_t now) {
  std::uint8_t plain[wire::kMaxToken];
  const auto size = ring.open(token, kChallengeTtl, now, plain);
  if (!size) return std::nullopt;
  std::optional<Challenge> challenge(std::in_place);
  Fields fields;
  Reader r(Bytes(plain, *size));
  walk(r, fields, *challenge);
  if (!r.ok() || !r.at_end() || fields.magic != kMagic) return std::nullopt;
  if (challenge->peer_uid != peer_uid) return std::nullopt;
  challenge->kind = static_cast<Challenge::Kind>(fields.kind);
  if (std::find(kinds.begin(), kinds.end(), challenge->kind) == kinds.end()) return std::nullopt;
  if (fields.source_kind > static_cast<std::uint8_t>(Source::Kind::terminal)) return std::nullopt;
  challenge->decoy = fields.decoy;
  challenge->user = fields.user;
  challenge->service = fields.service;
  challenge->source = {static_cast<Source::Kind>(fields.source_kind), std::string(fields.source)};
  return challenge;
}

}  // namespace umbra
