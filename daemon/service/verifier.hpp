// A login's three requests: begin asks whether and whom, verify judges the answer, complete resets the counter; ruled
// by ARCHITECTURE.md, "One login".
#pragma once

#include "daemon/service/call.hpp"
#include "daemon/service/challenge.hpp"
#include "daemon/service/judge.hpp"

namespace umbra {

class Verifier {
 public:
  Verifier(Context& context, Judge& judge) : context_(context), judge_(judge) {}

  void begin(const CallPtr& call);     // lookup lane: asks name services
  void verify(const CallPtr& call);    // event loop: hands over to the committer
  void complete(const CallPtr& call);  // event loop
  void check(const CallPtr& call);     // lookup lane: the tool's `verify`

 private:
  void verify_real(const CallPtr& call, const Challenge& challenge, const std::shared_ptr<const Attempt>& attempt);
  void answer_verify(const CallPtr& call, const Challenge& challenge, const Judgement* durable);
  void answer_check(const CallPtr& call, const std::string& user, const Judgement* durable);

  Context& context_;
  Judge& judge_;
};

}  // namespace umbra
