// The tool's setup and confirm: a pending secret beside the live ones, and the first code that puts it in force; ruled
// by ARCHITECTURE.md, "Enrolment" and "Several devices".
#pragma once

#include "daemon/service/call.hpp"
#include "daemon/service/enrolment.hpp"

namespace umbra {

class Enroller {
 public:
  Enroller(Context& context, Judge& judge) : context_(context), judge_(judge), enrolment_(context) {}

  void setup(const CallPtr& call);       // lookup lane, then the enrolment lane for ten Argon2 hashes
  void add_device(const CallPtr& call);  // the same
  void confirm(const CallPtr& call);     // lookup lane

 private:
  void begin(const CallPtr& call, const wire::Setup& message, std::string_view device);
  void replace(const CallPtr& call, const std::shared_ptr<Wish>& wish, std::uint32_t generation,
               std::string_view answer);
  void offer(const CallPtr& call, const std::shared_ptr<const Wish>& wish);

  Context& context_;
  Judge& judge_;
  Enrolment enrolment_;
};

}  // namespace umbra
