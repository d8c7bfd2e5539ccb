#include "setup_tool/png.hpp"

#include <png.h>

#include <cstring>

#include "setup_tool/failure.hpp"

namespace umbra {
namespace {

constexpr std::uint8_t kBlack = 0, kWhite = 255;

SecretBlob pixels_of(const QrMatrix& code) {
  const unsigned side = code.full_size() * kPngBox;
  SecretBlob pixels(std::size_t{side} * side, kWhite);
  for (unsigned y = 0; y < side; ++y)
    for (unsigned x = 0; x < side; ++x)
      if (code.dark(x / kPngBox, y / kPngBox)) pixels[std::size_t{y} * side + x] = kBlack;
  return pixels;
}

}  // namespace

// libpng's simplified interface: it returns errors, where the other one jumps over destructors.
SecretBlob png_of(const QrMatrix& code) {
  const SecretBlob pixels = pixels_of(code);
  png_image image;
  std::memset(&image, 0, sizeof image);
  image.version = PNG_IMAGE_VERSION;
  image.width = image.height = code.full_size() * kPngBox;
  image.format = PNG_FORMAT_GRAY;

  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
  SecretBlob png(size);
  if (png_image_write_to_memory(&image, png.data(), &size, 0, pixels.data(), 0, nullptr) == 0)
    throw Failure(Exit::unavailable, std::string("libpng could not make the picture: ") + image.message);
  png.resize(size);
  return png;
}

}  // namespace umbra
