// A QR code (ISO/IEC 18004) as the bits of a wire message, by libqrencode: the daemon's only use of it.
#pragma once

#include <string_view>

#include "common/protocol.hpp"
#include "common/secret.hpp"

namespace umbra {

// As wire::EnrolReply wants it: row by row without gaps, the first module in the highest bit; 1 is dark; no margin.
struct QrBits {
  std::uint8_t side = 0;  // modules; 0: the text needs more than wire::kMaxQrSide
  SecretBytes<wire::kMaxQrBits> bits;
};

// Level L, the smallest version that holds `text`.
QrBits qr_bits(std::string_view text);

}  // namespace umbra
