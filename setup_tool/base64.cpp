#include "setup_tool/base64.hpp"

#include <sodium/utils.h>

namespace umbra {

SecretText base64(Bytes bytes) {
  SecretText text(sodium_base64_encoded_len(bytes.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
  sodium_bin2base64(text.data(), text.size(), bytes.data(), bytes.size(), sodium_base64_VARIANT_ORIGINAL);
  text.pop_back();  // the terminator that libsodium counts
  return text;
}

}  // namespace umbra
