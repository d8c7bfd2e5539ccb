// What one connection said and heard: each reply is held against its request.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "tests/fuzz/targets.hpp"
#include "tests/support/every_request.hpp"

namespace umbra::fuzz {

using test::Packet;
using Codes = std::vector<std::string>;  // that are good now

Packet bent(Packet packet, Bytes edits);
std::vector<Packet> valid_requests(const test::Asked& asked);

class Talk {
 public:
  explicit Talk(bool root) : root_(root) {}
  void said(Packet packet, const Codes& codes);
  void heard(Bytes reply, const Codes& codes);
  [[nodiscard]] bool done() const { return open_.empty(); }

 private:
  bool root_;
  std::deque<Packet> open_;  // requests that have no reply yet
};

}  // namespace umbra::fuzz
