// Fernet tokens (version 0x80) of another application, by its own key: to take its secrets over, and to give one back;
// ruled by ARCHITECTURE.md, "Import and export". The daemon's own records never come here.
#pragma once

#include <optional>
#include <string_view>

#include "common/cursor.hpp"
#include "common/secret.hpp"
#include "setup_tool/secret_text.hpp"

namespace umbra {

class FernetKey {
 public:
  static constexpr std::size_t kSize = 32;  // bytes: signing key 16 | encryption key 16

  // A setting's text as web applications make a key of it: SHA-256.
  static FernetKey of_text(std::string_view text);
  // The key itself: base64url of 32 bytes. Nothing where it is none.
  static std::optional<FernetKey> of_base64(std::string_view text);

  // `now`: unix seconds. Throws Failure where libcrypto refuses.
  [[nodiscard]] SecretText seal(Bytes plain, std::int64_t now) const;
  // Nothing where it is no token of this key, for whatever reason; its age plays no part.
  [[nodiscard]] std::optional<SecretBlob> open(std::string_view token) const;

 private:
  [[nodiscard]] Bytes signing() const noexcept { return key_.view().first(kSize / 2); }
  [[nodiscard]] Bytes encryption() const noexcept { return key_.view().subspan(kSize / 2); }

  SecretBytes<kSize> key_;
};

}  // namespace umbra
