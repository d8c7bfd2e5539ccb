// Enrolment inside a login: the secret that the module shows, and the first code that comes back; ruled by
// ARCHITECTURE.md, "Enrolment".
#pragma once

#include "daemon/service/call.hpp"
#include "daemon/service/challenge.hpp"
#include "daemon/service/enrolment.hpp"

namespace umbra {

class LoginEnrolment {
 public:
  explicit LoginEnrolment(Context& context) : context_(context), enrolment_(context) {}

  // Event loop, then the enrolment lane: a fresh pending secret for the user that the challenge names.
  void enrol(const CallPtr& call);
  // The first code, for a challenge of kind enrolling: what `verify` comes to there.
  void confirm(const CallPtr& call, const Challenge& challenge, const std::shared_ptr<Attempt>& attempt);

 private:
  Context& context_;
  Enrolment enrolment_;
};

}  // namespace umbra
