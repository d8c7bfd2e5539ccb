// Argon2 hashes as PHC strings, "$argon2id$v=19$m=19456,t=2,p=1$SALT$HASH"; ruled by ARCHITECTURE.md, "Import and
// export". Pure.
#pragma once

#include <string>
#include <string_view>

#include "common/import_messages.hpp"

namespace umbra::intake {

// Hash and salt into `code`. Empty, or what is wrong: other parameters than the daemon's own are refused, since it
// compares under those.
std::string read_phc(std::string_view text, wire::HashedCode& code);
std::string phc_of(const wire::HashedCode& code);

}  // namespace umbra::intake
