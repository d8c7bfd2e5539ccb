// The pieces that a login is made of, each ready to be done again and again: what is timed
// (tests/bench/pieces_bench.cpp) is what is counted (tests/instructions/). A piece that does not come out right throws.
#pragma once

#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/support/records.hpp"

namespace umbra::test {

struct Piece {
  std::string name;
  std::function<void()> run;
};

inline void need(bool right, const char* what) {
  if (!right) throw std::runtime_error(std::string(what) + " did not come out right");
}

// As enrolment leaves it, and most users stay: one device, ten backup codes.
inline Record usual_record(std::string user = "alice") {
  Record record = enrolled(std::move(user));
  record.backup.codes.assign(10, {});
  for (std::size_t i = 0; i < 10; ++i) record.backup.codes[i].hash.fill(static_cast<std::uint8_t>(i + 1));
  return record;
}

// None of these writes to a disk. libsodium must have been started.
std::vector<Piece> pieces();

}  // namespace umbra::test
