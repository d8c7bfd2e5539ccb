#include "tests/fuzz/talk.hpp"

#include <algorithm>

#include "daemon/rules/answer.hpp"
#include "tests/support/records.hpp"

namespace umbra::fuzz {
namespace {

bool roots(std::uint8_t op) {
  using wire::Op;
  constexpr Op kRoots[] = {Op::list,         Op::unlock,      Op::remove,       Op::enforce,
                           Op::unenforce,    Op::bypass,      Op::trail,        Op::explain,
                           Op::backup_begin, Op::backup_page, Op::restore,      Op::restore_page,
                           Op::restore_end,  Op::inspect,     Op::import_users, Op::export_user};
  return std::find(std::begin(kRoots), std::end(kRoots), static_cast<Op>(op)) != std::end(kRoots);
}

bool nullok(const Packet& packet) {
  wire::Begin begin;
  return wire::decode_request(packet, begin) && begin.nullok;
}

template <class Message>
bool right(const Packet& packet, const Codes& codes) {
  Message message;
  if (!wire::decode_request(packet, message)) return false;
  const Answer answer = parse_answer(message.answer);
  return answer.code && answer.digits == 6 && std::any_of(codes.begin(), codes.end(), [&](const std::string& code) {
           return std::stoul(code) == *answer.code;
         });
}
template <class Message>
bool proven(bool root, const Packet& packet, const Codes& codes) {
  Message message;
  if (!wire::decode_request(packet, message)) return false;
  return root || (message.password == "alice's password" && right<Message>(packet, codes));
}

bool entitled(bool root, const Packet& packet, const Codes& codes) {
  return right<wire::Verify>(packet, codes) || right<wire::Confirm>(packet, codes) ||
         right<wire::Check>(packet, codes) || proven<wire::BackupCodes>(root, packet, codes) ||
         proven<wire::Disable>(root, packet, codes) || proven<wire::DropDevice>(root, packet, codes);
}

// Ids under which somebody disabled his factor, or a device, with password and code. Whoever asks again under such an
// id hears that it is done, whatever else he says: there is no code any more that he could give.
std::vector<wire::RequestId>& disabled() {
  static std::vector<wire::RequestId> ids;
  return ids;
}

bool done_before(const wire::RequestHeader& header) {
  const auto op = static_cast<wire::Op>(header.op);
  return (op == wire::Op::disable || op == wire::Op::drop_device) &&
         std::find(disabled().begin(), disabled().end(), header.id) != disabled().end();
}

}  // namespace

Packet bent(Packet packet, Bytes edits) {
  for (; edits.size() >= 3; edits = edits.subspan(3)) {
    const std::size_t at = packet.empty() ? 0 : edits[1] % packet.size();
    const auto place = packet.begin() + static_cast<std::ptrdiff_t>(at);
    switch (edits[0] % 5) {
      case 0: packet.insert(place, edits[2]); break;
      case 1: packet.resize(at); break;
      case 2: packet.insert(place, edits[2] * std::size_t{70}, edits[1]); break;
      case 3:
        if (!packet.empty()) packet.erase(place);
        break;
      default:
        if (!packet.empty()) *place = edits[2];
    }
  }
  return packet;
}

std::vector<Packet> valid_requests(const test::Asked& asked) { return test::every_request(asked, test::request_id(1)); }

void Talk::said(Packet packet, const Codes& codes) {
  wire::RequestHeader header;
  if (!wire::decode_header(packet, header)) return;
  if (!done_before(header) &&
      (proven<wire::Disable>(false, packet, codes) || proven<wire::DropDevice>(false, packet, codes)))
    disabled().push_back(header.id);
  open_.push_back(std::move(packet));
}

// One request at a time: a reply answers the oldest, or there is none.
void Talk::heard(Bytes reply, const Codes& codes) {
  require(!open_.empty(), "a request is answered once");
  const Packet asked = std::move(open_.front());
  open_.pop_front();
  wire::RequestHeader header;
  wire::decode_header(asked, header);
  const test::Heard heard = test::hear(reply, header.op, header.id);
  require(heard.reads, "a reply answers the oldest request");
  require(!heard.accepted || entitled(root_, asked, codes) || done_before(header),
          "nothing is accepted without a right code");
  require(!heard.waved || nullok(asked), "nobody is let through without nullok");
  require(root_ || !roots(header.op) || heard.status == wire::Status::not_permitted,
          "what is root's is refused to others");
}

}  // namespace umbra::fuzz
