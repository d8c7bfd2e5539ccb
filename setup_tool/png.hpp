// A QR code as a PNG picture, by libpng: the only use of it.
#pragma once

#include "setup_tool/qr_code.hpp"

namespace umbra {

inline constexpr unsigned kPngBox = 10;  // pixels along the side of a module

// Grey, black on white, margin included. Throws Failure where libpng cannot.
SecretBlob png_of(const QrMatrix& code);

}  // namespace umbra
