// Backup codes as they are shown, once; ruled by umbra-totp(1). Pure.
#pragma once

#include <vector>

#include "setup_tool/secret_text.hpp"

namespace umbra {

// The wire's text: one code a line. The lines point into it.
std::vector<std::string_view> code_lines(std::string_view codes);

// In columns, indented.
void put_backup_codes(SecretStream& page, std::string_view codes);

// Fresh codes in place of `user`'s old ones.
SecretText backup_page(std::string_view user, std::string_view codes);
SecretText backup_json(std::string_view user, std::string_view codes);

}  // namespace umbra
