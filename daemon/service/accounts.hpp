// May this peer ask for that user, and what is the user's canonical name: asked before any other work; ruled by
// ARCHITECTURE.md, "Who may ask".
#pragma once

#include <optional>
#include <string_view>

#include "daemon/rules/source.hpp"
#include "daemon/service/call.hpp"
#include "daemon/system/names.hpp"

namespace umbra {

struct Subject {
  enum class Kind { known, unknown, not_permitted, unavailable };
  Kind kind = Kind::unavailable;
  Account account;  // where known
};

// Root may ask for anybody, others for themselves alone. May block on name services: never on the event loop.
Subject find_subject(const Names& names, const Peer& peer, std::string_view user);

// Where it says it comes from: believed from root's peers alone. Anybody else would write what he likes into the audit,
// name a network that a rule exempts, or spend somebody's budget.
Source source_of(const Peer& peer, std::string_view rhost, std::string_view tty);

// find_subject() for the tool's verbs, where an unknown user is told: answers the call and returns nothing where it is
// not a known, permitted user.
std::optional<Account> require_account(const Names& names, Call& call, std::string_view user);

}  // namespace umbra
