#include "daemon/edge/dispatcher.hpp"

#include <algorithm>
#include <exception>

namespace umbra {

using wire::Op;
using wire::Status;

// Whose requests are looked at at all. `self_or_root` is settled against the name in the message by
// find_subject(), the first thing that those handlers do.
enum class Dispatcher::Who : std::uint8_t { holder, self_or_root, root };

// loop: microseconds of computing, nothing that blocks. front: the same, and one name, which may wait for name
// services. lookup: more than that.
enum class Dispatcher::On : std::uint8_t { loop, front, lookup };

struct Dispatcher::Row {
  Op op;
  Who who;
  On on;
  void (*handle)(Dispatcher&, const CallPtr&);
};

// holder: whoever holds the challenge, which names user and peer under seal.
const Dispatcher::Row Dispatcher::kTable[] = {
    {Op::begin, Who::self_or_root, On::front, [](Dispatcher& d, const CallPtr& c) { d.verifier_.begin(c); }},
    {Op::verify, Who::holder, On::loop, [](Dispatcher& d, const CallPtr& c) { d.verifier_.verify(c); }},
    {Op::complete, Who::holder, On::loop, [](Dispatcher& d, const CallPtr& c) { d.verifier_.complete(c); }},
    {Op::preauth, Who::self_or_root, On::front, [](Dispatcher& d, const CallPtr& c) { d.gatekeeper_.preauth(c); }},
    {Op::authfail, Who::self_or_root, On::front, [](Dispatcher& d, const CallPtr& c) { d.gatekeeper_.authfail(c); }},
    {Op::enrol, Who::holder, On::loop, [](Dispatcher& d, const CallPtr& c) { d.login_enrolment_.enrol(c); }},
    {Op::ping, Who::holder, On::loop, [](Dispatcher& d, const CallPtr& c) { d.registrar_.ping(c); }},
    {Op::setup, Who::self_or_root, On::lookup, [](Dispatcher& d, const CallPtr& c) { d.enroller_.setup(c); }},
    {Op::confirm, Who::self_or_root, On::lookup, [](Dispatcher& d, const CallPtr& c) { d.enroller_.confirm(c); }},
    {Op::check, Who::self_or_root, On::front, [](Dispatcher& d, const CallPtr& c) { d.verifier_.check(c); }},
    {Op::status, Who::self_or_root, On::lookup, [](Dispatcher& d, const CallPtr& c) { d.registrar_.status(c); }},
    {Op::list, Who::root, On::lookup, [](Dispatcher& d, const CallPtr& c) { d.registrar_.list(c); }},
    {Op::unlock, Who::root, On::lookup, [](Dispatcher& d, const CallPtr& c) { d.registrar_.unlock(c); }},
    {Op::remove, Who::root, On::lookup, [](Dispatcher& d, const CallPtr& c) { d.registrar_.remove(c); }},
    {Op::backup_codes, Who::self_or_root, On::lookup,
     [](Dispatcher& d, const CallPtr& c) { d.custodian_.backup_codes(c); }},
    {Op::disable, Who::self_or_root, On::lookup, [](Dispatcher& d, const CallPtr& c) { d.custodian_.disable(c); }},
    {Op::enforce, Who::root, On::lookup, [](Dispatcher& d, const CallPtr& c) { d.help_desk_.enforce(c); }},
    {Op::unenforce, Who::root, On::lookup, [](Dispatcher& d, const CallPtr& c) { d.help_desk_.unenforce(c); }},
    {Op::bypass, Who::root, On::lookup, [](Dispatcher& d, const CallPtr& c) { d.help_desk_.bypass(c); }},
    {Op::trail, Who::root, On::lookup, [](Dispatcher& d, const CallPtr& c) { d.reader_.page(c); }},
    {Op::explain, Who::root, On::lookup, [](Dispatcher& d, const CallPtr& c) { d.reader_.explain(c); }},
    {Op::keys, Who::root, On::lookup, [](Dispatcher& d, const CallPtr& c) { d.locksmith_.keys(c); }},
    {Op::rotate, Who::root, On::lookup, [](Dispatcher& d, const CallPtr& c) { d.locksmith_.rotate(c); }},
    {Op::rotation, Who::root, On::lookup, [](Dispatcher& d, const CallPtr& c) { d.locksmith_.rotation(c); }},
    {Op::retire, Who::root, On::lookup, [](Dispatcher& d, const CallPtr& c) { d.locksmith_.retire(c); }},
    {Op::backup_begin, Who::root, On::lookup, [](Dispatcher& d, const CallPtr& c) { d.archivist_.backup_begin(c); }},
    {Op::backup_page, Who::root, On::lookup, [](Dispatcher& d, const CallPtr& c) { d.archivist_.backup_page(c); }},
    {Op::restore, Who::root, On::lookup, [](Dispatcher& d, const CallPtr& c) { d.archivist_.restore(c); }},
    {Op::restore_page, Who::root, On::lookup, [](Dispatcher& d, const CallPtr& c) { d.archivist_.restore_page(c); }},
    {Op::restore_end, Who::root, On::lookup, [](Dispatcher& d, const CallPtr& c) { d.archivist_.restore_end(c); }},
    {Op::inspect, Who::root, On::lookup, [](Dispatcher& d, const CallPtr& c) { d.archivist_.inspect(c); }},
    {Op::import_users, Who::root, On::lookup, [](Dispatcher& d, const CallPtr& c) { d.importer_.import_users(c); }},
    {Op::export_user, Who::root, On::lookup, [](Dispatcher& d, const CallPtr& c) { d.importer_.export_user(c); }},
    {Op::add_device, Who::self_or_root, On::lookup, [](Dispatcher& d, const CallPtr& c) { d.enroller_.add_device(c); }},
    {Op::devices, Who::self_or_root, On::lookup, [](Dispatcher& d, const CallPtr& c) { d.registrar_.devices(c); }},
    {Op::drop_device, Who::self_or_root, On::lookup,
     [](Dispatcher& d, const CallPtr& c) { d.custodian_.drop_device(c); }},
};

void Dispatcher::dispatch(const CallPtr& call) {
  const auto row = std::find_if(std::begin(kTable), std::end(kTable), [&](const Row& r) { return r.op == call->op(); });
  if (row == std::end(kTable)) return call->fail(Status::bad_request);
  if (row->who == Who::root && !call->peer().root()) return call->fail(Status::not_permitted);
  if (row->on == On::loop) return run(*row, call);
  if (row->on == On::front && front_ != nullptr && front_->try_here([&] { run(*row, call); })) return;
  if (!lookup_.post([this, row, call] { run(*row, call); })) call->fail(Status::unavailable);
}

// The worker boundary: what throws here is a fault of ours or of the machine, and never an answer.
void Dispatcher::run(const Row& row, const CallPtr& call) noexcept {
  try {
    row.handle(*this, call);
  } catch (const std::exception& error) {
    context_.log.note(LOG_ERR, error.what());
    call->fail(Status::unavailable);
  }
}

}  // namespace umbra
