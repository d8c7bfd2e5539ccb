// What users and administrators look up and put right: status, devices, list, unlock, remove, ping.
#pragma once

#include "daemon/service/call.hpp"
#include "daemon/service/context.hpp"

namespace umbra {

class Registrar {
 public:
  explicit Registrar(Context& context) : context_(context) {}

  void ping(const CallPtr& call);
  void status(const CallPtr& call);
  void devices(const CallPtr& call);
  void list(const CallPtr& call);
  void unlock(const CallPtr& call);
  void remove(const CallPtr& call);

 private:
  wire::UserState state_of(const Record& record, bool to_root) const;
  template <class Message>
  void change(const CallPtr& call, std::string_view event, std::function<void(std::optional<Record>&)> change);

  Context& context_;
};

}  // namespace umbra
