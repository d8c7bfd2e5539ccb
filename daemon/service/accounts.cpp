#include "daemon/service/accounts.hpp"

namespace umbra {

Subject find_subject(const Names& names, const Peer& peer, std::string_view user) {
  if (!plausible_user_name(user)) return {peer.root() ? Subject::Kind::unknown : Subject::Kind::not_permitted, {}};
  const auto found = peer.root() ? names.find_user(user) : names.find_uid(peer.uid);
  if (!found) return {Subject::Kind::unavailable, {}};
  if (!peer.root() && (!*found || (*found)->name != user)) return {Subject::Kind::not_permitted, {}};
  if (!*found) return {Subject::Kind::unknown, {}};
  return {Subject::Kind::known, **found};
}

Source source_of(const Peer& peer, std::string_view rhost, std::string_view tty) {
  return peer.root() ? Source::of(rhost, tty) : Source{};
}

std::optional<Account> require_account(const Names& names, Call& call, std::string_view user) {
  auto subject = find_subject(names, call.peer(), user);
  switch (subject.kind) {
    case Subject::Kind::known: return std::move(subject.account);
    case Subject::Kind::unknown: call.fail(wire::Status::no_such_user); break;
    case Subject::Kind::not_permitted: call.fail(wire::Status::not_permitted); break;
    case Subject::Kind::unavailable: call.fail(wire::Status::unavailable); break;
  }
  return std::nullopt;
}

}  // namespace umbra
