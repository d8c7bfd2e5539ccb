// A login's three requests: begin asks whether and whom, verify judges the answer, complete resets the counter; ruled
// by ARCHITECTURE.md, "One login".
#pragma once

#include "daemon/service/call.hpp"
#include "daemon/service/challenge.hpp"
#include "daemon/service/judge.hpp"
#include "daemon/service/login_enrolment.hpp"

namespace umbra {

class Verifier {
 public:
  Verifier(Context& context, Judge& judge, LoginEnrolment& enrolment)
      : context_(context), judge_(judge), enrolment_(enrolment) {}

  void begin(const CallPtr& call);     // lookup lane: asks name services
  void verify(const CallPtr& call);    // event loop: hands over to the committer
  void complete(const CallPtr& call);  // event loop
  void check(const CallPtr& call);     // lookup lane: the tool's `verify`

 private:
  bool may_enrol(const Call& call, const std::optional<Record>& record, const Account& account, SecondFactor factor,
                 bool asked) const;
  void pass(const CallPtr& call, const Challenge& who, wire::Reason why);
  void decline(const CallPtr& call, const wire::Begin& message);
  void rehearse(const CallPtr& call, const Challenge& challenge, const std::shared_ptr<const Attempt>& attempt);
  void answer_check(const CallPtr& call, const std::string& user, const Judgement* durable);

  Context& context_;
  Judge& judge_;
  LoginEnrolment& enrolment_;
};

}  // namespace umbra
