#include "setup_tool/base64.hpp"

#include <sodium/utils.h>

namespace umbra {
namespace {

int number_of(Base64 variant) noexcept {
  switch (variant) {
    case Base64::standard: return sodium_base64_VARIANT_ORIGINAL;
    case Base64::bare: return sodium_base64_VARIANT_ORIGINAL_NO_PADDING;
    case Base64::url_safe: return sodium_base64_VARIANT_URLSAFE;
  }
  return sodium_base64_VARIANT_ORIGINAL;
}

}  // namespace

SecretText base64(Bytes bytes, Base64 variant) {
  SecretText text(sodium_base64_encoded_len(bytes.size(), number_of(variant)), '\0');
  sodium_bin2base64(text.data(), text.size(), bytes.data(), bytes.size(), number_of(variant));
  text.pop_back();  // the terminator that libsodium counts
  return text;
}

std::optional<SecretBlob> from_base64(std::string_view text, Base64 variant) {
  SecretBlob bytes(text.size() / 4 * 3 + 3);
  std::size_t size = 0;
  const char* end = nullptr;
  if (sodium_base642bin(bytes.data(), bytes.size(), text.data(), text.size(), nullptr, &size, &end,
                        number_of(variant)) != 0 ||
      end != text.data() + text.size())
    return std::nullopt;
  bytes.resize(size);
  return bytes;
}

}  // namespace umbra
