// A new factor from pending to live: what the tool's setup and a login that must enrol share; ruled by ARCHITECTURE.md,
// "Enrolment".
#pragma once

#include <functional>
#include <memory>

#include "daemon/service/backup_codes.hpp"
#include "daemon/service/context.hpp"
#include "daemon/service/judge.hpp"

namespace umbra {

// A record that a user of another uid left behind under this name is nobody's: it is begun anew, still enforced.
Record& own_record(std::optional<Record>& record, const std::string& user, uid_t uid, std::int64_t now);

// What is asked for.
struct Wish {
  Account account;
  Credential credential;     // without its secret yet
  bool may_replace = false;  // a live factor does not stand in the way
  std::string device;        // to be added under this name; empty: the first, or what is in its place
  bool with_codes = true;    // backup codes too: not for a further device
};

// What was made and is pending: shown once.
struct Offer {
  Account account;
  Credential credential;
  FreshBackupCodes codes;
  std::string issuer;
  bool replaces = false;  // a live device of the wished name
};

class Enrolment {
 public:
  // ok with the offer; already_enabled, not_set_up or unavailable without.
  using Done = std::function<void(wire::Status, const Offer*)>;

  explicit Enrolment(Context& context) : context_(context) {}

  // Makes secret and, where wished, backup codes on the enrolment lane and stores them as pending; `done` runs once
  // that is durable, on any thread.
  void offer(std::shared_ptr<const Wish> wish, const Done& done);

 private:
  void make(const std::shared_ptr<const Wish>& wish, const Done& done);

  Context& context_;
};

// The default of the configuration.
Credential default_credential(const Config& config);

struct Confirmation {
  wire::Status status = wire::Status::nothing_pending;
  Decision decision;             // where status is ok
  std::uint32_t generation = 0;  // of the record, afterwards
};

// Runs in a mutation: judges the first code of the pending secret, in a window of its own; accepted, the secret and
// what backup codes it brought are live. True: write the record.
bool confirm_pending(std::optional<Record>& record, uid_t uid, const Attempt& attempt, const Rules& rules,
                     const Occasion& occasion, Confirmation& outcome);

}  // namespace umbra
