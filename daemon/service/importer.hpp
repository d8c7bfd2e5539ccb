// Users from elsewhere, many in one request, and one user's secret given back; ruled by ARCHITECTURE.md, "Import and
// export".
#pragma once

#include "daemon/service/call.hpp"
#include "daemon/service/context.hpp"

namespace umbra {

class Importer {
 public:
  explicit Importer(Context& context) : context_(context) {}

  void import_users(const CallPtr& call);  // lookup lane, and the enrolment lane for codes that come as text
  void export_user(const CallPtr& call);   // lookup lane

 private:
  struct Batch;
  using BatchPtr = std::shared_ptr<Batch>;
  bool look_up(Batch& batch);
  bool rehearse(Batch& batch);
  void hash(const BatchPtr& batch);
  void store(const BatchPtr& batch);
  void answer(const Batch& batch);

  Context& context_;
};

}  // namespace umbra
