// What time it is, given by constructor so that tests bring their own; ruled by ARCHITECTURE.md, "Time".
#pragma once

#include <cstdint>

namespace umbra {

class Clock {
 public:
  virtual ~Clock() = default;

  // Unix seconds as the machine believes now: selects time steps and stamps tokens.
  [[nodiscard]] virtual std::int64_t wall() const = 0;
  // Unix seconds that follow no step of the wall clock, so that setting the clock ends no lock: for waiting times.
  [[nodiscard]] virtual std::int64_t steady() const = 0;
};

class SystemClock final : public Clock {
 public:
  SystemClock();  // steady() starts at the wall clock's time of now
  [[nodiscard]] std::int64_t wall() const override;
  [[nodiscard]] std::int64_t steady() const override;

 private:
  std::int64_t boot_;  // nanoseconds from 1970 to the boot, as seen at construction
};

}  // namespace umbra
