// What an owner does to a live factor, and proves himself for by password and code: fresh backup codes, disable, one
// device less; ruled by ARCHITECTURE.md, "Proof by password and code".
#pragma once

#include "daemon/service/call.hpp"
#include "daemon/service/enrolment.hpp"

namespace umbra {

class Custodian {
 public:
  Custodian(Context& context, Judge& judge) : context_(context), judge_(judge) {}

  void backup_codes(const CallPtr& call);  // lookup lane, then password, enrolment and perhaps slow lane
  void disable(const CallPtr& call);       // lookup lane, then password and perhaps slow lane
  void drop_device(const CallPtr& call);   // the same

 private:
  struct Work;
  using WorkPtr = std::shared_ptr<Work>;
  template <class Message>
  void start(const CallPtr& call, Purpose purpose);
  void reserve(const WorkPtr& work);
  void check_password(const WorkPtr& work);
  void give_up(const WorkPtr& work);
  void prepare(const WorkPtr& work);
  void judge_code(const WorkPtr& work);
  void do_as_root(const WorkPtr& work);
  void answer(const WorkPtr& work, bool accepted, wire::Reason reason);

  Context& context_;
  Judge& judge_;
};

}  // namespace umbra
