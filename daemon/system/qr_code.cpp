#include "daemon/system/qr_code.hpp"

#include <qrencode.h>

namespace umbra {

QrBits qr_bits(std::string_view text) {
  QrBits qr;
  QRcode* code = QRcode_encodeData(static_cast<int>(text.size()), reinterpret_cast<const unsigned char*>(text.data()),
                                   0, QR_ECLEVEL_L);
  if (code == nullptr) return qr;
  const auto side = static_cast<std::size_t>(code->width);
  const std::size_t modules = side * side;
  if (side <= wire::kMaxQrSide) {
    qr.side = static_cast<std::uint8_t>(side);
    const auto bits = qr.bits.resize((modules + 7) / 8);
    for (std::uint8_t& byte : bits) byte = 0;
    // qrencode.h: "0-th bit: 1 = black/0 = white", the others say what the module is for.
    for (std::size_t i = 0; i < modules; ++i)
      if ((code->data[i] & 1) != 0) bits[i / 8] = static_cast<std::uint8_t>(bits[i / 8] | 0x80U >> i % 8);
  }
  wipe(code->data, modules);
  QRcode_free(code);
  return qr;
}

}  // namespace umbra
