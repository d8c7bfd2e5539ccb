#include "daemon/rules/code_match.hpp"

#include <algorithm>

#include "daemon/rules/totp.hpp"
#include "daemon/rules/verify_and_burn.hpp"

namespace umbra {
namespace {

// RFC 6238 §5.2: "We RECOMMEND that at most one time step is allowed as the network delay." and RFC 4226 §7.2 for the
// comparison. Steps with the same code are one code to whoever typed it. A code of another length is none: the number
// of 123456 is that of 00123456 as well.
Matches match_and_spend_one(const Factor& factor, const Attempt& attempt, const Rules& rules) {
  const Credential& credential = *factor.credential;
  const unsigned window = credential.window != 0 ? credential.window : rules.window;
  const std::uint64_t now = time_step(attempt.wall, credential.period);
  const std::uint64_t first = now > window ? now - window : 0;
  const ReplayWindow before = *factor.window;
  const Hotp hotp(credential.algorithm, credential.secret.view(), credential.digits);
  Matches matches;
  for (std::uint64_t step = now + window + 1; step-- > first;) {
    const std::uint32_t difference =
        (hotp(step) ^ *attempt.answer.code) | (attempt.answer.digits ^ unsigned{credential.digits});
    const bool equal = ((difference | (0U - difference)) >> 31) == 0;
    if (!equal) continue;
    matches.any = true;
    matches.lowest = step;
    const bool out_of_order = rules.strict_order && before.mask != 0 && step < before.highest;
    if (!before.spent(step) && !out_of_order) matches.open = true;
    factor.window->spend(step);
  }
  return matches;
}

}  // namespace

Factors::Factors(Record& record) noexcept {
  add(*record.active, record.window);
  for (Device& device : record.more) add(device.credential, device.window);
}

void Factors::add(const Credential& credential, ReplayWindow& window) noexcept {
  if (count_ < factors_.size()) factors_[count_++] = {&credential, &window};
}

bool Factors::any_of(unsigned digits) const noexcept {
  return std::ranges::any_of(all(), [&](const Factor& factor) { return factor.credential->digits == digits; });
}

Matches match_and_spend(const Factors& factors, const Attempt& attempt, const Rules& rules) {
  Matches result;
  std::uint8_t place = 0;
  for (const Factor& factor : factors.all()) {
    const Matches one = match_and_spend_one(factor, attempt, rules);
    result.any |= one.any;
    if (one.open && !result.open) {
      result.open = true;
      result.device = place;
      result.lowest = one.lowest;
    }
    ++place;
  }
  return result;
}

}  // namespace umbra
