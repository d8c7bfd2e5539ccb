// The tool's setup and confirm: a pending secret beside the live one, and the first code that puts it in force; ruled
// by ARCHITECTURE.md, "Enrolment".
#pragma once

#include "daemon/service/call.hpp"
#include "daemon/service/enrolment.hpp"

namespace umbra {

class Enroller {
 public:
  Enroller(Context& context, Judge& judge) : context_(context), judge_(judge), enrolment_(context) {}

  void setup(const CallPtr& call);    // lookup lane, then the enrolment lane for ten Argon2 hashes
  void confirm(const CallPtr& call);  // lookup lane

 private:
  void replace(const CallPtr& call, const std::shared_ptr<Wish>& wish, std::uint32_t generation,
               std::string_view answer);
  void offer(const CallPtr& call, const std::shared_ptr<const Wish>& wish);

  Context& context_;
  Judge& judge_;
  Enrolment enrolment_;
};

}  // namespace umbra
