// Fernet tokens, twice: the input as a token's text, and the input as a plaintext whose token is then damaged.
#include <algorithm>
#include <array>
#include <string>

#include "tests/fuzz/fixed_ring.hpp"

namespace umbra::fuzz {
namespace {

using Room = std::array<std::uint8_t, fernet::kMaxPlain>;

void as_text(Bytes input) {
  Room out;
  const auto any_age = fixed_ring().open(text(input), std::nullopt, kNow, out);
  const auto young = fixed_ring().open(text(input), 300, kNow, out);
  require(!young || any_age == young, "a token that opens at its age opens at any");
  require(!any_age || input.size() == fernet::token_size(*any_age), "a token has the size of its plaintext");
}

void sealed_first(Bytes input) {
  if (input.size() > fernet::kMaxPlain) return;
  std::string token = fixed_ring().seal(input, kNow);
  Room out;
  const auto size = fixed_ring().open(token, 0, kNow, out);
  require(size && text(Bytes(out).first(*size)) == text(input), "what was sealed opens as the same bytes");

  // The input says where the token is damaged and how.
  if (input.size() < 3) return;
  const std::size_t at = (std::size_t{input[0]} * 256 + input[1]) % token.size();
  const char before = token[at];
  token[at] = static_cast<char>(input[2]);
  require(token[at] == before || !fixed_ring().open(token, std::nullopt, kNow, out), "a changed token is refused");
}

}  // namespace

void token(Bytes input) {
  as_text(input);
  sealed_first(input);
}

}  // namespace umbra::fuzz
