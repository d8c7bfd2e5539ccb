#include "setup_tool/qr_code.hpp"

#include <qrencode.h>

#include "setup_tool/failure.hpp"

namespace umbra {

QrMatrix make_qr(const SecretText& text) {
  QRcode* const code = QRcode_encodeString(text.c_str(), 0, QR_ECLEVEL_L, QR_MODE_8, 1);
  if (code == nullptr)
    throw Failure(Exit::wrong_state, "the otpauth URI does not fit a QR code: shorten the configuration's issuer");
  const auto size = static_cast<unsigned>(code->width);
  SecretBlob dark(std::size_t{size} * size);
  // qrencode.h: "0-th bit: 1 = black/0 = white", the others say what the module is for.
  for (std::size_t i = 0; i < dark.size(); ++i) dark[i] = code->data[i] & 1;
  wipe(code->data, dark.size());
  QRcode_free(code);
  return {size, std::move(dark)};
}

}  // namespace umbra
