// What a stack asks before and beside the code: is this user or this source locked, and the password was wrong; ruled
// by ARCHITECTURE.md, "Lockout".
#pragma once

#include "daemon/service/call.hpp"
#include "daemon/service/challenge.hpp"
#include "daemon/service/context.hpp"

namespace umbra {

class Gatekeeper {
 public:
  explicit Gatekeeper(Context& context) : context_(context) {}

  void preauth(const CallPtr& call);   // lookup lane
  void authfail(const CallPtr& call);  // lookup lane

 private:
  void restart_lock(const CallPtr& call, const Challenge& who);
  void answer_preauth(const CallPtr& call, const Challenge& who, const std::optional<Record>& record);
  void charge(const CallPtr& call, const Challenge& who, bool typed);

  Context& context_;
};

}  // namespace umbra
