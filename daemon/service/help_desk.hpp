// What an administrator gives and demands: bypass codes, enforcement; ruled by ARCHITECTURE.md, "Who may ask".
#pragma once

#include "daemon/service/call.hpp"
#include "daemon/service/context.hpp"

namespace umbra {

class HelpDesk {
 public:
  explicit HelpDesk(Context& context) : context_(context) {}

  void bypass(const CallPtr& call);     // lookup lane, then the enrolment lane for one Argon2 hash
  void enforce(const CallPtr& call);    // lookup lane
  void unenforce(const CallPtr& call);  // lookup lane

 private:
  struct Gift;
  void make_bypass(const CallPtr& call, const std::shared_ptr<Gift>& gift);
  template <class Message>
  void set_enforced(const CallPtr& call, bool enforced, std::string_view event);
  void store_bypass(const CallPtr& call, const std::shared_ptr<const Gift>& gift);

  Context& context_;
};

}  // namespace umbra
