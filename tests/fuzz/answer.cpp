#include "daemon/rules/answer.hpp"

#include <string>

#include "tests/fuzz/targets.hpp"

namespace umbra::fuzz {

void answer(Bytes input) {
  const Answer answer = parse_answer(text(input));
  if (answer.code) {
    require(answer.digits >= 6 && answer.digits <= 8, "a code has six to eight digits");
    std::uint32_t end = 1;
    for (unsigned i = 0; i < answer.digits; ++i) end *= 10;
    require(*answer.code < end, "a code is below its power of ten");
  }
  require(answer.backup_code.empty() || answer.backup_code.size() == kBackupCodeSize, "a backup code is whole or none");
  for (const std::uint8_t c : answer.backup_code.view())
    require((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z'), "a backup code is upper case");
  require(!answer.free_of_charge || (!answer.code && answer.backup_code.empty()), "a guess is not free");

  if (text(input).starts_with(wire::kJunkAnswer)) return;
  const Answer padded = parse_answer(" \t" + std::string(text(input)) + "\r\n");
  require(padded.code == answer.code && padded.digits == answer.digits, "white space makes no new code");
  require(padded.free_of_charge || !answer.free_of_charge, "white space makes nothing dearer");
}

}  // namespace umbra::fuzz
