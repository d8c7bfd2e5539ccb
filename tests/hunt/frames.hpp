// Frames for a daemon that nobody should be able to hurt: each valid request cut at each byte, then endless mutations.
#pragma once

#include <random>

#include "tests/support/every_request.hpp"

namespace umbra::hunt {

using test::Packet;

// Every prefix of every valid request; the whole ones as well.
inline std::vector<Packet> every_cut(const std::vector<Packet>& valid) {
  std::vector<Packet> cuts;
  for (const Packet& packet : valid)
    for (std::size_t size = 1; size <= packet.size(); ++size)
      cuts.emplace_back(packet.begin(), packet.begin() + static_cast<std::ptrdiff_t>(size));
  return cuts;
}

class Mutator {
 public:
  explicit Mutator(std::vector<Packet> valid) : valid_(std::move(valid)) {}

  Packet next() {
    Packet packet = valid_[below(valid_.size())];
    for (std::size_t edits = below(4); edits > 0 && !packet.empty(); --edits) edit(packet);
    if (packet.empty()) packet.push_back(byte());  // an empty packet is the end of a connection
    return packet;
  }
  std::size_t below(std::size_t end) { return std::uniform_int_distribution<std::size_t>(0, end - 1)(random_); }

 private:
  void edit(Packet& packet) {
    const std::size_t at = below(packet.size());
    const auto place = packet.begin() + static_cast<std::ptrdiff_t>(at);
    switch (below(8)) {
      case 0: *place = byte(); break;
      case 1: *place ^= static_cast<std::uint8_t>(1U << below(8)); break;
      case 2: packet.resize(at); break;
      case 3: packet.insert(place, byte()); break;
      case 4: packet.insert(place, below(300), byte()); break;
      case 5: packet.erase(place); break;
      case 6: packet.insert(packet.end(), below(64) == 0 ? wire::kMaxPacket : below(40), byte()); break;
      default:  // a length that lies, most likely
        *place = 0xFF;
        if (at + 1 < packet.size()) packet[at + 1] = byte();
    }
  }
  std::uint8_t byte() { return static_cast<std::uint8_t>(below(256)); }

  std::vector<Packet> valid_;
  std::mt19937_64 random_{20261201};
};

}  // namespace umbra::hunt
