// Welch's t over two sets of times, as dudect uses it: the whole sets, and each cut at percentiles, so that a few late
// ones do not hide a difference. Pure.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

namespace umbra::hunt {

struct Moments {
  double mean = 0, variance = 0, count = 0;
};

inline Moments moments_below(const std::vector<double>& values, double limit) {
  Moments m;
  double sum_of_squares = 0;
  for (const double value : values) {
    if (value > limit) continue;
    m.count += 1;
    const double delta = value - m.mean;
    m.mean += delta / m.count;
    sum_of_squares += delta * (value - m.mean);
  }
  if (m.count > 1) m.variance = sum_of_squares / (m.count - 1);
  return m;
}

// The largest |t| over the cuts.
inline double welch(const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<double> all(a);
  all.insert(all.end(), b.begin(), b.end());
  std::sort(all.begin(), all.end());
  double worst = 0;
  for (const double part : {1.0, 0.99, 0.95, 0.9, 0.75, 0.5}) {
    const double limit = all[static_cast<std::size_t>(part * static_cast<double>(all.size() - 1))];
    const Moments x = moments_below(a, limit), y = moments_below(b, limit);
    if (x.count < 2 || y.count < 2) continue;
    const double error = std::sqrt(x.variance / x.count + y.variance / y.count);
    if (error > 0) worst = std::max(worst, std::abs(x.mean - y.mean) / error);
  }
  return worst;
}

}  // namespace umbra::hunt
