// From what was typed to what is sent; ruled by ARCHITECTURE.md, "One login". Pure. Whether a code is right is the
// daemon's business alone: here it is only found, cut out and kept within the limits of the wire.
#pragma once

#include <string_view>

#include "common/protocol.hpp"
#include "pam_module/typed.hpp"

namespace umbra {

using Answer = SecretBytes<wire::kMaxAnswer>;

// White space at both ends is dropped. Text that is too long or holds control bytes becomes wire::kMalformedAnswer,
// sshd's made-up password wire::kJunkAnswer.
void to_answer(std::string_view typed, Answer& answer) noexcept;

// forward_pass: takes the code off the end of `typed`, where the password stays. Without a code at the end the answer
// is empty: refused, but a password alone is no guess at a code.
void cut_off_code(Typed& typed, unsigned digits, Answer& answer) noexcept;

// Length of the code that `text` ends with: a backup code XXXX-XXXX, else `digits` digits; 0 where there is none. Never
// both: the hyphen stands where the code has a digit.
std::size_t code_at_end(std::string_view text, unsigned digits) noexcept;

// Nothing but a code, white space apart.
bool looks_like_code(std::string_view text, unsigned digits) noexcept;

}  // namespace umbra
