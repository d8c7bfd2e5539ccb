// One table: which request, who may ask it, which lane carries it; ruled by ARCHITECTURE.md, "Who may ask".
#pragma once

#include "daemon/service/call.hpp"
#include "daemon/service/enroller.hpp"
#include "daemon/service/registrar.hpp"
#include "daemon/service/verifier.hpp"

namespace umbra {

class Dispatcher {
 public:
  Dispatcher(Context& context, Lane& lookup)
      : judge_(context),
        verifier_(context, judge_),
        enroller_(context, judge_),
        registrar_(context),
        context_(context),
        lookup_(lookup) {}

  // Sees that `call` gets its one reply, now or from another thread. Never blocks and never throws.
  void dispatch(const CallPtr& call);

 private:
  struct Row;
  static const Row kTable[];
  void run(const Row& row, const CallPtr& call) noexcept;

  Judge judge_;
  Verifier verifier_;
  Enroller enroller_;
  Registrar registrar_;
  Context& context_;
  Lane& lookup_;
};

}  // namespace umbra
