// An umbra-totpd of a few lines that writes down what it decided, and whose answers get bent on the way when the dice
// say so: what is written down is the truth that a login is held against.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>

#include "common/wire.hpp"
#include "tests/integration/pam_module/faults/dice.hpp"

namespace umbra::test {

enum class Account : std::uint8_t { enrolled, exempt, must_enrol, refused, locked, not_permitted, unavailable };

inline constexpr std::string_view kGoodCode = "123456";

class RecordingDaemon {
 public:
  RecordingDaemon(Dice& dice, Account account) : dice_(dice), account_(account) {}

  // The reply to `packet`; bent where `bent`, and then it says nothing that was decided.
  std::string answer(const std::string& packet, bool bent);

  // What was decided since the last forget().
  bool accepted = false, said_nothing_needed = false, said_unlocked = false;
  void forget() { accepted = said_nothing_needed = said_unlocked = false; }

 private:
  std::string honest(const std::string& packet);
  std::string begin();
  std::string verify(const wire::Verify& message);
  std::string bend(std::string reply);
  template <class Reply>
  std::string reply(const Reply& reply, wire::Status status = wire::Status::ok) const;

  Dice& dice_;
  Account account_;
  wire::RequestHeader header_;
  std::string last_;                          // another request's reply
  std::map<std::string, std::string> asked_;  // challenge: the request id it was made for
  std::optional<std::string> spent_by_;       // the request id that the code was accepted under
};

}  // namespace umbra::test
