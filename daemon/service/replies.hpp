// How a decision becomes the answer of a login or of the tool, with its line in the audit log: in one place, so that
// nobody is told more than he may know; ruled by ARCHITECTURE.md, "Who may ask".
#pragma once

#include <string>
#include <string_view>

#include "daemon/service/call.hpp"
#include "daemon/service/challenge.hpp"
#include "daemon/service/judge.hpp"

namespace umbra {

// The answer to a code that a login gave: accepted, with the token that `complete` redeems, or a refusal, held. Counts
// guesses where they came from.
void answer_login(Context& context, const CallPtr& call, const Challenge& challenge, const Judgement* durable);

// The answer to a code that the tool gave; only root hears why.
void answer_code(Context& context, const CallPtr& call, std::string_view event, const std::string& user,
                 const Decision& decision);

// Refused unseen, since too much came from the same source.
void refuse_source(Context& context, const CallPtr& call, std::string_view event, const Challenge& challenge);

}  // namespace umbra
