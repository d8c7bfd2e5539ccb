// A disk in a power cut: what is there for good, and what no sync covers yet, in any mixture of sectors.
#pragma once

#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "tests/unit/daemon/store/disk_log.hpp"

namespace umbra::test {

using Files = std::map<std::string, std::string>;

// What `event` wrote from `from` on.
void put(std::string& file, const DiskEvent& event, std::uint64_t from, std::uint64_t size);

// Fed with each event twice: it has begun, it has ended. Events must outlive it.
class Disk {
 public:
  // `there`: files that were there, durably, before the log began.
  explicit Disk(Files there = {});

  void begin(const DiskEvent& event);
  void end(const DiskEvent& event);
  // mode 0: what no sync covers is gone; 1: it is all there; else the dice say, sector by sector and name by name.
  [[nodiscard]] Files cut(unsigned mode, std::mt19937& dice) const;

 private:
  struct Write {
    const DiskEvent* event;
    std::string file;  // as it is called now
  };
  // A name that its folder may not have: what the file was called before (empty: it is new), and what had the name.
  struct Unnamed {
    std::string before;
    std::optional<std::string> replaced;
  };
  void rename(const DiskEvent& event);

  Files durable_;
  std::vector<Write> open_;
  std::map<std::string, Unnamed> unnamed_;
  std::set<std::string> named_;
};

}  // namespace umbra::test
