// One table: which request, who may ask it, which lane carries it; ruled by ARCHITECTURE.md, "Who may ask".
#pragma once

#include "daemon/service/call.hpp"
#include "daemon/service/custodian.hpp"
#include "daemon/service/enroller.hpp"
#include "daemon/service/gatekeeper.hpp"
#include "daemon/service/help_desk.hpp"
#include "daemon/service/registrar.hpp"
#include "daemon/service/trail_reader.hpp"
#include "daemon/service/verifier.hpp"

namespace umbra {

class Dispatcher {
 public:
  Dispatcher(Context& context, Trail& trail, Lane& lookup)
      : judge_(context),
        login_enrolment_(context),
        verifier_(context, judge_, login_enrolment_),
        gatekeeper_(context),
        enroller_(context, judge_),
        custodian_(context, judge_),
        registrar_(context),
        help_desk_(context),
        reader_(context, trail),
        context_(context),
        lookup_(lookup) {}

  // Sees that `call` gets its one reply, now or from another thread. Never blocks and never throws.
  void dispatch(const CallPtr& call);

 private:
  struct Row;
  static const Row kTable[];
  void run(const Row& row, const CallPtr& call) noexcept;

  Judge judge_;
  LoginEnrolment login_enrolment_;
  Verifier verifier_;
  Gatekeeper gatekeeper_;
  Enroller enroller_;
  Custodian custodian_;
  Registrar registrar_;
  HelpDesk help_desk_;
  TrailReader reader_;
  Context& context_;
  Lane& lookup_;
};

}  // namespace umbra
