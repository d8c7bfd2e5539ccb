#include "tests/integration/pam_module/faults/recording_daemon.hpp"

#include <array>

#include "tests/support/field_cursors.hpp"

namespace umbra::test {

using wire::Ask;
using wire::Op;
using wire::Status;

template <class Reply>
std::string RecordingDaemon::reply(const Reply& reply, Status status) const {
  std::array<std::uint8_t, 1024> packet{};
  const auto size = wire::encode_reply(static_cast<Op>(header_.op), header_.id, status, reply, packet);
  return std::string(text(Bytes(packet.data(), size)));
}

std::string RecordingDaemon::begin() {
  if (account_ == Account::not_permitted) return reply(wire::Nothing{}, Status::not_permitted);
  if (account_ == Account::unavailable) return reply(wire::Nothing{}, Status::unavailable);
  if (account_ == Account::exempt) {
    said_nothing_needed = true;
    return reply(wire::BeginReply{static_cast<std::uint8_t>(Ask::nothing), 0, ""});
  }
  const std::string challenge = "challenge " + std::to_string(asked_.size());
  asked_[challenge] = text(header_.id.bytes);
  const auto ask = account_ == Account::must_enrol ? Ask::enrol : Ask::code;
  return reply(wire::BeginReply{static_cast<std::uint8_t>(ask), 6, challenge});
}

// A code is accepted once; the request that had it accepted hears so again.
std::string RecordingDaemon::verify(const wire::Verify& message) {
  const std::string id(text(header_.id.bytes));
  const auto asked = asked_.find(std::string(message.challenge));
  const bool mine = asked != asked_.end() && asked->second == id;
  const bool has_code = account_ == Account::enrolled || account_ == Account::must_enrol;
  const bool right = mine && has_code && message.answer == kGoodCode && (!spent_by_ || *spent_by_ == id);
  if (!right) return reply(wire::VerifyReply{false, account_ == Account::locked, wire::kAttemptsNotTold, ""});
  spent_by_ = id;
  accepted = true;
  return reply(wire::VerifyReply{true, false, wire::kAttemptsNotTold, "verified"});
}

std::string RecordingDaemon::honest(const std::string& packet) {
  if (!wire::decode_header(bytes(packet), header_)) return {};
  if (wire::Verify message; wire::decode_request(bytes(packet), message)) return verify(message);
  switch (static_cast<Op>(header_.op)) {
    case Op::begin: return begin();
    case Op::preauth:
      said_unlocked |= account_ != Account::locked;
      return reply(wire::PreauthReply{account_ == Account::locked});
    case Op::enrol: {
      static constexpr std::uint8_t kDots[1] = {0xA5};
      return reply(wire::EnrolReply{"zoe", "here", "ABCDEFGHIJKLMNOP",
                                    "otpauth://totp/here:zoe?secret=ABCDEFGHIJKLMNOP", "AAAA-AAAA\nBBBB-BBBB", 6, 2,
                                    Bytes(kDots)});
    }
    default: return reply(wire::Nothing{});
  }
}

// Each of these is an answer that was never given to this request.
std::string RecordingDaemon::bend(std::string reply) {
  const wire::RequestHeader kept = header_;
  switch (dice_.below(8)) {
    case 0: return reply.substr(0, dice_.below(reply.size()));
    case 1: return std::string(1 + dice_.below(3), 'x') + reply;  // behind it a cut packet would be whole again
    case 2: return last_;
    case 3:  // yes, to somebody else
      header_.id.bytes[dice_.below(16)] ^= 1;
      reply = this->reply(wire::VerifyReply{true, false, wire::kAttemptsNotTold, "verified"});
      break;
    case 4:  // yes, to another question
      header_.op = static_cast<std::uint8_t>(Op::begin);
      reply = this->reply(wire::VerifyReply{true, false, wire::kAttemptsNotTold, "verified"});
      break;
    case 5: reply = this->reply(wire::VerifyReply{true, false, wire::kAttemptsNotTold, ""}); break;
    case 6: reply = this->reply(wire::VerifyReply{true, true, 0, "verified"}); break;
    default:
      reply = this->reply(wire::BeginReply{static_cast<std::uint8_t>(Ask::nothing), 6, "a challenge for nothing"});
  }
  header_ = kept;
  return reply;
}

std::string RecordingDaemon::answer(const std::string& packet, bool bent) {
  if (bent) {
    const bool before[] = {accepted, said_nothing_needed, said_unlocked};
    std::string reply = bend(honest(packet));
    // A decision that was bent on its way is none that the caller may go by; one that was burnt stays burnt.
    accepted = before[0], said_nothing_needed = before[1], said_unlocked = before[2];
    return reply;
  }
  std::string reply = honest(packet);
  last_ = reply;
  return reply;
}

}  // namespace umbra::test
