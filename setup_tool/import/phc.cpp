#include "setup_tool/import/phc.hpp"

#include <algorithm>

#include "setup_tool/base64.hpp"

namespace umbra::intake {
namespace {

constexpr std::string_view kBeginning = "$argon2id$v=19$m=19456,t=2,p=1$";

template <std::size_t Size>
bool decode(std::string_view text, std::uint8_t (&out)[Size]) {
  const auto bytes = from_base64(text, Base64::bare);
  if (!bytes || bytes->size() != Size) return false;
  std::copy(bytes->begin(), bytes->end(), out);
  return true;
}

}  // namespace

std::string read_phc(std::string_view text, wire::HashedCode& code) {
  if (!text.starts_with(kBeginning))
    return "a backup code's hash is not Argon2id with t=2, m=19456, p=1, which alone is kept: give this user fresh "
           "codes";
  text.remove_prefix(kBeginning.size());
  const std::size_t dollar = std::min(text.find('$'), text.size());
  if (!decode(text.substr(0, dollar), code.salt)) return "a backup code's salt is not 16 bytes in base64";
  if (!decode(text.substr(std::min(dollar + 1, text.size())), code.hash))
    return "a backup code's hash is not 32 bytes in base64";
  return {};
}

std::string phc_of(const wire::HashedCode& code) {
  const SecretText salt = base64(code.salt, Base64::bare), hash = base64(code.hash, Base64::bare);
  return std::string(kBeginning).append(salt).append("$").append(hash);
}

}  // namespace umbra::intake
