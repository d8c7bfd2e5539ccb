// Seeded dice: the same seed gives the same run, so that whatever a run finds can be looked at again.
#pragma once

#include <cstddef>
#include <cstdint>

namespace umbra::test {

class Dice {
 public:
  explicit Dice(std::uint64_t seed) noexcept : state_(seed) {}

  // splitmix64: any seed will do.
  std::uint64_t next() noexcept {
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return z ^ (z >> 31);
  }
  std::size_t below(std::size_t limit) noexcept { return static_cast<std::size_t>(next() % limit); }
  bool one_in(std::size_t n) noexcept { return n != 0 && below(n) == 0; }
  template <class T, std::size_t N>
  const T& pick(const T (&all)[N]) noexcept {
    return all[below(N)];
  }

 private:
  std::uint64_t state_;
};

}  // namespace umbra::test
