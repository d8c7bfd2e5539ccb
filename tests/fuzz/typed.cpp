// What was typed at the module's prompt: as an answer, and as a password with the code behind it.
#include "pam_module/typed.hpp"

#include <algorithm>
#include <string>

#include "pam_module/answer.hpp"
#include "pam_module/text.hpp"
#include "tests/fuzz/targets.hpp"

namespace umbra::fuzz {

void typed(Bytes input) {
  const std::string whole(text(input).substr(0, text(input).find('\0')));
  Answer answer;
  to_answer(whole, answer);
  const std::string_view sent = as_text(answer.view());
  require(sent == wire::kJunkAnswer ||
              std::none_of(sent.begin(), sent.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }),
          "no control bytes are sent");
  for (unsigned digits = 0; digits <= 9; ++digits) {
    require(!looks_like_code(whole, digits) || code_at_end(sent, digits) == sent.size(), "a code is sent as one");
    Typed both = Typed::copy_of(whole.c_str());
    Answer code;
    cut_off_code(both, digits, code);
    require(whole.starts_with(both.view()), "the password stays as it was typed");
    if (whole.starts_with(wire::kJunkAnswer)) continue;
    require(code.view().empty() || code.size() == 9 || code.size() == digits, "a code has its length");
    require(code.view().empty() == (both.view().size() == whole.size()), "what is sent is cut off");
  }
}

}  // namespace umbra::fuzz
