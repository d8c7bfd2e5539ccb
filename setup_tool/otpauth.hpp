// common/otpauth.hpp's texts on the heap, wiped like every secret of the tool. Pure.
#pragma once

#include "common/otpauth.hpp"
#include "setup_tool/secret_text.hpp"

namespace umbra {

SecretText base32(Bytes bytes);
SecretText otpauth_uri(const OtpAccount& account);

}  // namespace umbra
