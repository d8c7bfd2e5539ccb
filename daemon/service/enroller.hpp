// From nothing to a live factor: setup makes a pending secret beside the live one, confirm puts it in force; ruled by
// ARCHITECTURE.md, "Enrolment".
#pragma once

#include "daemon/service/call.hpp"
#include "daemon/service/judge.hpp"

namespace umbra {

class Enroller {
 public:
  Enroller(Context& context, Judge& judge) : context_(context), judge_(judge) {}

  void setup(const CallPtr& call);    // lookup lane, then the slow lane for ten Argon2 hashes
  void confirm(const CallPtr& call);  // lookup lane

 private:
  struct Wish;
  void prepare_later(const CallPtr& call, std::shared_ptr<const Wish> wish);
  void prepare(const CallPtr& call, const std::shared_ptr<const Wish>& wish);

  Context& context_;
  Judge& judge_;
};

}  // namespace umbra
