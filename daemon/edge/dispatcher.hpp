// One table: which request, who may ask it, which thread carries it; ruled by ARCHITECTURE.md, "Who may ask".
#pragma once

#include "daemon/edge/front.hpp"
#include "daemon/service/archivist.hpp"
#include "daemon/service/call.hpp"
#include "daemon/service/custodian.hpp"
#include "daemon/service/enroller.hpp"
#include "daemon/service/gatekeeper.hpp"
#include "daemon/service/help_desk.hpp"
#include "daemon/service/importer.hpp"
#include "daemon/service/locksmith.hpp"
#include "daemon/service/registrar.hpp"
#include "daemon/service/trail_reader.hpp"
#include "daemon/service/verifier.hpp"

namespace umbra {

class Dispatcher {
 public:
  // Without a front all lookups go to the lane.
  Dispatcher(Context& context, Trail& trail, Lane& lookup, Locksmith& locksmith, Archivist& archivist,
             Front* front = nullptr)
      : judge_(context),
        login_enrolment_(context),
        verifier_(context, judge_, login_enrolment_),
        gatekeeper_(context),
        enroller_(context, judge_),
        custodian_(context, judge_),
        registrar_(context),
        help_desk_(context),
        importer_(context),
        reader_(context, trail),
        locksmith_(locksmith),
        archivist_(archivist),
        context_(context),
        lookup_(lookup),
        front_(front) {}

  // Sees that `call` gets its one reply, now or from another thread. Never throws. Where there is a front this is the
  // last thing that a handler of its loop does; without one it never blocks.
  void dispatch(const CallPtr& call);

 private:
  enum class Who : std::uint8_t;
  enum class On : std::uint8_t;
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
  Importer importer_;
  TrailReader reader_;
  Locksmith& locksmith_;
  Archivist& archivist_;
  Context& context_;
  Lane& lookup_;
  Front* front_;
};

}  // namespace umbra
