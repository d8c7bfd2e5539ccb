// Brings an answer before a user's record: one commit for a code; reserve, hash, settle for a backup code; ruled by
// ARCHITECTURE.md, "One login".
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "daemon/service/context.hpp"

namespace umbra {

// Whose record, and that it is still the one that was looked at: a new credential or a reused name moves it.
struct Target {
  std::string user;
  std::uint32_t uid = 0;
  std::uint32_t generation = 0;
};

struct Judgement {
  bool found = false;  // the record was there, enabled, and the target's
  Decision decision;
};

// Where and when, for the record's last success.
struct Occasion {
  std::string service, source;
};

// Remembers an acceptance as the record's last success.
void note_success(Record& record, const Decision& decision, const Attempt& attempt, const Occasion& occasion);

class Judge {
 public:
  // Runs in the mutation that accepts, so that code and deed are one step; may run more than once.
  using Deed = std::function<void(Record&)>;
  using Done = std::function<void(const Judgement* durable)>;  // nullptr: nothing was decided, answer "unavailable"

  explicit Judge(Context& context) : context_(context) {}

  // An attempt with the clock's time now. It keeps numbers, never the text.
  Attempt attempt(std::string_view answer, const wire::RequestId& id, Purpose purpose) const;

  // Judges against the user's devices; what is accepted may do a deed. `done` runs once the outcome is durable, on
  // the committer's thread.
  void judge(Target target, const std::shared_ptr<const Attempt>& attempt, Occasion occasion, Done done,
             Deed deed = {});

  // Spends what judge() spends, on a decoy's record; its verdict does not exist, so nobody can be let in by it. `done`
  // hears whether judge() would have come to a decision, and whether it would have counted where it came from.
  using Rehearsed = std::function<void(bool durable, bool counts)>;
  void rehearse(const std::string& unknown_user, const std::shared_ptr<const Attempt>& attempt, Rehearsed done);

 private:
  struct Case;
  void hash_and_settle(const std::shared_ptr<const Case>& one, const std::shared_ptr<const Hashes>& hashes);
  void hash_for_nothing(const std::string& decoy, const std::shared_ptr<const Attempt>& attempt, const Rehearsed& done);

  Context& context_;
};

}  // namespace umbra
