// What a power cut leaves of a file that was being written: any of its sectors as they were, or as they were to be.
#pragma once

#include <cstddef>
#include <fstream>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

namespace umbra::test {

inline constexpr std::size_t kSectorSize = 512;  // bytes; a disk writes so many whole or not at all

// The sectors in which two states of a file of one size differ.
inline std::vector<std::size_t> changed_sectors(const std::string& before, const std::string& after) {
  if (before.size() != after.size()) throw std::logic_error("the file has grown");
  std::vector<std::size_t> sectors;
  for (std::size_t at = 0; at < before.size(); at += kSectorSize)
    if (before.compare(at, kSectorSize, after, at, kSectorSize) != 0) sectors.push_back(at);
  return sectors;
}

// All sectors up to each one in order, each one missing alone, and `random` sets of them. The last of all is `after`.
inline std::vector<std::string> torn_states(const std::string& before, const std::string& after, std::size_t random,
                                            std::mt19937& dice) {
  const auto sectors = changed_sectors(before, after);
  std::vector<std::string> states;
  const auto state = [&](auto written) {
    std::string torn = before;
    for (std::size_t i = 0; i < sectors.size(); ++i)
      if (written(i)) torn.replace(sectors[i], kSectorSize, after, sectors[i], kSectorSize);
    states.push_back(std::move(torn));
  };
  for (std::size_t end = 0; end < sectors.size(); ++end) state([&](std::size_t i) { return i < end; });
  for (std::size_t hole = 0; hole < sectors.size(); ++hole) state([&](std::size_t i) { return i != hole; });
  for (std::size_t n = 0; n < random; ++n) state([&](std::size_t) { return dice() % 2 == 0; });
  states.push_back(after);
  return states;
}

inline void write_file(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

}  // namespace umbra::test
