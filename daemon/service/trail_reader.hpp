// What administrators read: the audit trail, and which rule a login would meet.
#pragma once

#include "daemon/service/call.hpp"
#include "daemon/service/context.hpp"
#include "daemon/store/trail.hpp"

namespace umbra {

class TrailReader {
 public:
  TrailReader(Context& context, Trail& trail) : context_(context), trail_(trail) {}

  void page(const CallPtr& call);     // lookup lane
  void explain(const CallPtr& call);  // lookup lane

 private:
  // The number behind which the last `last` entries of `user` begin.
  std::uint64_t start_of(std::string_view user, std::uint32_t last);

  Context& context_;
  Trail& trail_;
};

}  // namespace umbra
